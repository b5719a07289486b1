using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>Gradients multiplied on their way back (Elbayad et al., 2020, appendix A).</summary>
internal static class GradientScaling
{
    /// <summary>x, whose gradient is multiplied by a factor.</summary>
    public static Tensor ScaleGradient(this Tensor x, float factor) => factor == 1 ? x : (x * factor) + (x.Detach() * (1 - factor));
}
