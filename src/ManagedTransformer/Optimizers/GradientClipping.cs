using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Optimizers;

/// <summary>Clipping by the norm over all parameters.</summary>
internal static class GradientClipping
{
    /// <summary>The L2 norm of all gradients taken as one vector.</summary>
    /// <param name="parameters">Parameters; those without a gradient count as 0.</param>
    public static double GlobalNorm(IReadOnlyList<NamedParameter> parameters) =>
        Math.Sqrt(OptimizerUpdates.SquaredGradientNorms([.. parameters.Select(named => named.Parameter)]).Sum(square => (double)square));

    /// <summary>The factor min(1, limit / (norm + 1e-6)) that brings the norm down to the limit; 1 when the limit is 0.</summary>
    /// <param name="norm">The global norm.</param>
    /// <param name="limit">Largest norm; 0 for none.</param>
    public static float Scale(double norm, float limit) => limit > 0 ? (float)Math.Min(1, limit / (norm + 1e-6)) : 1;
}
