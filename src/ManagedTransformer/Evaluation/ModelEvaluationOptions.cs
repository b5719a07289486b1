namespace ManagedTransformer.Evaluation;

/// <summary>What to score a model on.</summary>
public sealed record ModelEvaluationOptions
{
    /// <summary>A text file, a folder or a built-in text; null: the text that the model was trained on.</summary>
    public string? Data { get; init; }

    /// <summary>Which part of it.</summary>
    public EvaluationSplit Split { get; init; }

    /// <summary>Tokens of context before each scored block, below the model's block length; null: as in training.</summary>
    public int? ContextWindow { get; init; }
}
