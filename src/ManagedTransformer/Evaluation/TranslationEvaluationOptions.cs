using ManagedTransformer.Generation;

namespace ManagedTransformer.Evaluation;

/// <summary>What to score a translation model on.</summary>
public sealed record TranslationEvaluationOptions
{
    /// <summary>
    /// <c>SOURCE_FILE,TARGET_FILE</c>, a TSV, or <c>builtin:translation</c>; null: a part of what the model was trained on.
    /// </summary>
    public string? Data { get; init; }

    /// <summary>Which part of the training data, where <see cref="Data"/> is null; automatically the validation part.</summary>
    public EvaluationSplit Split { get; init; }

    /// <summary>
    /// How sentences are translated for the scores; its rule for sentences that are too long counts for both sides of a
    /// pair.
    /// </summary>
    public TranslationOptions Translation { get; init; } = new();
}
