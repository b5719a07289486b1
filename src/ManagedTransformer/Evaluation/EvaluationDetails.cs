namespace ManagedTransformer.Evaluation;

/// <summary>What the parts of a model did while a text was scored: the content of <c>metrics.json</c> in a model folder.</summary>
public sealed record EvaluationDetails
{
    /// <summary>How far back heads looked; null for models without spans.</summary>
    public SpanDetails? Spans { get; set; }

    /// <summary>What memories read, in the order of the layers; null for models without memories.</summary>
    public IReadOnlyList<MemoryDetails>? Memories { get; set; }
}
