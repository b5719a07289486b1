using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Training;

/// <summary>What a family tells of a recipe or a model that is not loaded.</summary>
/// <param name="Architecture">Which kind of model.</param>
/// <param name="Parameters">Trainable values.</param>
/// <param name="Configuration">The recipe or the description as JSON, every value written out.</param>
internal sealed record FamilySummary(string Architecture, long Parameters, byte[] Configuration)
{
    /// <summary>The blocks and multiply-adds of a DeLighT model; null for other models.</summary>
    public DelightSummary? Delight { get; init; }

    /// <summary>The longest span that a head can have, in tokens; 0 for a model without spans.</summary>
    public int SpanLimit { get; init; }

    /// <summary>Reads the span of every head from the weights, by layer; null for a model that learns none.</summary>
    public Func<SafetensorsFile, IReadOnlyList<IReadOnlyList<double>>>? LearntSpans { get; init; }
}
