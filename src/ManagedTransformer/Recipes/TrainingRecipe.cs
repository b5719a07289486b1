using System.Text.Json.Serialization;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Recipes;

/// <summary>How to train.</summary>
public sealed record TrainingRecipe
{
    /// <summary>Updates.</summary>
    public long Steps { get; set; } = 1000;

    /// <summary>Rows per batch.</summary>
    public int Batch { get; set; } = 16;

    /// <summary>Tokens per row.</summary>
    public int Context { get; set; } = 128;

    /// <summary>Batches whose gradients are added up for one update.</summary>
    public int Accumulate { get; set; } = 1;

    /// <summary>How blocks are taken from the text.</summary>
    public Sampling Sampling { get; set; }

    /// <summary>Label smoothing mass.</summary>
    public float LabelSmoothing { get; set; }

    /// <summary>Where that mass goes.</summary>
    public LabelSmoothing SmoothingMode { get; set; }

    /// <summary>Which parameters are trained.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TrainableParameters Trainable { get; set; }

    /// <summary>The optimiser.</summary>
    public OptimizerRecipe Optimizer { get; set; } = new();

    /// <summary>The learning-rate schedule.</summary>
    public ScheduleRecipe Schedule { get; set; } = new();

    /// <summary>Updates between evaluations on the validation text, each followed by a checkpoint; the end is always one.</summary>
    public long EvaluateEvery { get; set; } = 250;

    /// <summary>Most tokens of the validation text that evaluations during training score; 0: all. The last evaluation scores all.</summary>
    public long EvaluateTokens { get; set; }

    /// <summary>Tokens of context before each scored block of an evaluation.</summary>
    public int EvaluateContextWindow { get; set; }

    /// <summary>Updates between log lines.</summary>
    public long LogEvery { get; set; } = 10;

    /// <summary>What the sample at the end continues; null: no sample.</summary>
    public string? SamplePrompt { get; set; }

    /// <summary>Tokens of that sample.</summary>
    public int SampleTokens { get; set; } = 300;

    internal void Validate(string where)
    {
        Positive(Steps, "steps");
        Positive(Batch, "batch");
        Positive(Context, "context");
        Positive(Accumulate, "accumulate");
        Positive(EvaluateEvery, "evaluate_every");
        Positive(LogEvery, "log_every");
        if ((long)Batch * Context > Array.MaxLength)
        {
            throw new InputException($"{where}: training.batch ({Batch}) times training.context ({Context}) is too large for one batch.");
        }

        if (EvaluateTokens < 0 || SampleTokens < 0)
        {
            throw new InputException($"{where}: training.evaluate_tokens ({EvaluateTokens}) and training.sample_tokens ({SampleTokens}) must not be negative.");
        }

        if (EvaluateContextWindow < 0 || EvaluateContextWindow >= Context)
        {
            throw new InputException($"{where}: training.evaluate_context_window ({EvaluateContextWindow}) must be at least 0 and below training.context ({Context}).");
        }

        if (LabelSmoothing is not (>= 0 and < 1))
        {
            throw new InputException($"{where}: training.label_smoothing is {LabelSmoothing}, it must be at least 0 and below 1.");
        }

        Optimizer.Validate(where);
        Schedule.Validate(where);

        void Positive(long value, string key)
        {
            if (value <= 0)
            {
                throw new InputException($"{where}: training.{key} is {value}, it must be positive.");
            }
        }
    }
}
