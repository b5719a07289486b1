using ManagedTransformer.Modules;

namespace ManagedTransformer.Optimizers;

/// <summary>An optimiser with its own clipping and, if wanted, its own constant rate.</summary>
/// <param name="Optimizer">Updates its groups.</param>
/// <param name="ClipNorm">Largest gradient norm over these groups; 0: no clipping.</param>
/// <param name="Rate">A constant learning rate; null: the scheduled one.</param>
public sealed record OptimizerPart(Optimizer Optimizer, float ClipNorm = 0, float? Rate = null)
{
    /// <summary>The parameters of all groups.</summary>
    public IReadOnlyList<NamedParameter> Parameters { get; } = [.. Optimizer.Groups.SelectMany(group => group.Parameters)];
}
