using ManagedTransformer.Tensors;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The function after a linear map and its derivative, inside kernels. The number of the activation is the same for all threads, so that
/// the choice costs a jump, not a divergence.
/// </summary>
internal static class GpuActivation
{
    /// <summary>f(x).</summary>
    /// <param name="activation">An <see cref="Activation"/> as a number.</param>
    /// <param name="x">The argument.</param>
    public static float Apply(int activation, float x) => activation switch
    {
        (int)Activation.Relu => GpuMath.Relu(x),
        (int)Activation.Gelu => GpuMath.Gelu(x),
        (int)Activation.GeluTanh => GpuMath.GeluTanh(x),
        (int)Activation.Silu => GpuMath.Silu(x),
        _ => x,
    };

    /// <summary>f'(x).</summary>
    /// <param name="activation">An <see cref="Activation"/> as a number.</param>
    /// <param name="x">The argument of the function.</param>
    public static float Derivative(int activation, float x) => activation switch
    {
        (int)Activation.Relu => GpuMath.ReluDerivative(x),
        (int)Activation.Gelu => GpuMath.GeluDerivative(x),
        (int)Activation.GeluTanh => GpuMath.GeluTanhDerivative(x),
        (int)Activation.Silu => GpuMath.SiluDerivative(x),
        _ => 1f,
    };
}
