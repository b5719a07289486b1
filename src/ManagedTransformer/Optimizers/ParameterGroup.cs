using ManagedTransformer.Modules;

namespace ManagedTransformer.Optimizers;

/// <summary>Parameters that are updated alike.</summary>
public sealed class ParameterGroup
{
    /// <summary>A group.</summary>
    /// <param name="parameters">The parameters; names identify their optimiser state in checkpoints.</param>
    /// <param name="rateFactor">Multiplies the learning rate.</param>
    /// <param name="weightDecay">Overrides the optimiser's weight decay; null: as the optimiser.</param>
    public ParameterGroup(IEnumerable<NamedParameter> parameters, float rateFactor = 1, float? weightDecay = null)
    {
        Parameters = [.. parameters];
        RateFactor = rateFactor;
        WeightDecay = weightDecay;
    }

    /// <summary>The parameters.</summary>
    public IReadOnlyList<NamedParameter> Parameters { get; }

    /// <summary>Multiplies the learning rate.</summary>
    public float RateFactor { get; }

    /// <summary>Weight decay of this group; null: the optimiser's.</summary>
    public float? WeightDecay { get; }

    /// <summary>Two groups: matrices decay, vectors (biases, gains) do not.</summary>
    /// <param name="parameters">All parameters.</param>
    public static IReadOnlyList<ParameterGroup> DecayMatricesOnly(IReadOnlyList<NamedParameter> parameters) =>
    [
        new ParameterGroup(parameters.Where(named => named.Parameter.Rank >= 2)),
        new ParameterGroup(parameters.Where(named => named.Parameter.Rank < 2), weightDecay: 0),
    ];
}
