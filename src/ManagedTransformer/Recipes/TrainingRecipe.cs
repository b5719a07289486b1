using ManagedTransformer.Tensors;

namespace ManagedTransformer.Recipes;

/// <summary>How to train.</summary>
public sealed record TrainingRecipe
{
    /// <summary>Updates.</summary>
    public long Steps { get; init; } = 1000;

    /// <summary>Rows per batch.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Tokens per row.</summary>
    public int Context { get; init; } = 128;

    /// <summary>Batches whose gradients are added up for one update.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>How blocks are taken from the text.</summary>
    public Sampling Sampling { get; init; }

    /// <summary>Label smoothing mass.</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Where that mass goes.</summary>
    public LabelSmoothing SmoothingMode { get; init; }

    /// <summary>The optimiser.</summary>
    public OptimizerRecipe Optimizer { get; init; } = new();

    /// <summary>The learning-rate schedule.</summary>
    public ScheduleRecipe Schedule { get; init; } = new();

    /// <summary>Updates between evaluations on the validation text, each followed by a checkpoint; the end is always one.</summary>
    public long EvaluateEvery { get; init; } = 250;

    /// <summary>Most tokens of the validation text that evaluations during training score; 0: all. The last evaluation scores all.</summary>
    public long EvaluateTokens { get; init; }

    /// <summary>Tokens of context before each scored block of an evaluation.</summary>
    public int EvaluateContextWindow { get; init; }

    /// <summary>Updates between log lines.</summary>
    public long LogEvery { get; init; } = 10;

    /// <summary>What the sample at the end continues; null: no sample.</summary>
    public string? SamplePrompt { get; init; }

    /// <summary>Tokens of that sample.</summary>
    public int SampleTokens { get; init; } = 300;

    internal void Validate(string where)
    {
        Positive(Steps, "steps");
        Positive(Batch, "batch");
        Positive(Context, "context");
        Positive(Accumulate, "accumulate");
        Positive(EvaluateEvery, "evaluate_every");
        Positive(LogEvery, "log_every");
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
