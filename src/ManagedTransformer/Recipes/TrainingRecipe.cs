using System.Text.Json.Serialization;
using ManagedTransformer.Architectures.Lolcats.Transfer;

namespace ManagedTransformer.Recipes;

/// <summary>How to train a language model.</summary>
public sealed record TrainingRecipe : UpdateRecipe
{
    /// <summary>What the training is for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TrainingStage Stage { get; set; }

    /// <summary>What the stage <c>transfer</c> minimises; null for the defaults.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TransferOptions? Transfer { get; set; }

    /// <summary>Rows per batch.</summary>
    public int Batch { get; set; } = 16;

    /// <summary>Tokens per row.</summary>
    public int Context { get; set; } = 128;

    /// <summary>How blocks are taken from the text.</summary>
    public Sampling Sampling { get; set; }

    /// <summary>
    /// Most tokens of the validation text that evaluations during training score; 0: all. The last evaluation scores all.
    /// </summary>
    public long EvaluateTokens { get; set; }

    /// <summary>Tokens of context before each scored block of an evaluation.</summary>
    public int EvaluateContextWindow { get; set; }

    /// <summary>What the sample at the end continues; null: no sample.</summary>
    public string? SamplePrompt { get; set; }

    /// <summary>Tokens of that sample.</summary>
    public int SampleTokens { get; set; } = 300;

    /// <inheritdoc/>
    internal override TrainableParameters Trained => Stage == TrainingStage.Transfer ? TrainableParameters.FeatureMaps : Trainable;

    internal override void Validate(string where)
    {
        base.Validate(where);
        ValidateStage(where);
        RequirePositive(where, Batch, "batch");
        RequirePositive(where, Context, "context");
        if ((long)Batch * Context > Array.MaxLength)
        {
            throw new InputException($"{where}: training.batch ({Batch}) times training.context ({Context}) is too large for one batch.");
        }

        if (EvaluateTokens < 0 || SampleTokens < 0)
        {
            throw new InputException(
                $"{where}: training.evaluate_tokens ({EvaluateTokens}) and training.sample_tokens ({SampleTokens}) must not be negative.");
        }

        if (EvaluateContextWindow < 0 || EvaluateContextWindow >= Context)
        {
            throw new InputException(
                $"{where}: training.evaluate_context_window ({EvaluateContextWindow}) must be at least 0 and "
                + $"below training.context ({Context}).");
        }
    }

    private void ValidateStage(string where)
    {
        if (Stage != TrainingStage.Transfer)
        {
            if (Transfer is not null)
            {
                throw new InputException($"{where}: training.transfer needs training.stage to be 'transfer'.");
            }

            return;
        }

        if (Trainable != TrainableParameters.All || LabelSmoothing != 0)
        {
            throw new InputException(
                $"{where}: training.trainable and training.label_smoothing have no effect with training.stage 'transfer', which trains "
                + "feature maps and windows to copy the softmax.");
        }

        Transfer?.Validate($"{where}: training.transfer");
    }
}
