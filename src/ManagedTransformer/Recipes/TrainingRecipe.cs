namespace ManagedTransformer.Recipes;

/// <summary>How to train a language model.</summary>
public sealed record TrainingRecipe : UpdateRecipe
{
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

    internal override void Validate(string where)
    {
        base.Validate(where);
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
}
