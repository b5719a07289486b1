namespace ManagedTransformer.Tensors.Kernels;

/// <summary>Activations as element-wise functions.</summary>
internal static class Activations
{
    /// <summary>Whether the derivative needs what the activation was applied to; else its value is enough.</summary>
    public static bool DerivativeNeedsInput(Activation activation) => activation is not (Activation.None or Activation.Relu);

    public static UnaryOp FunctionOf(Activation activation) => activation switch
    {
        Activation.Relu => UnaryOp.Relu,
        Activation.Gelu => UnaryOp.Gelu,
        Activation.GeluTanh => UnaryOp.GeluTanh,
        Activation.Silu => UnaryOp.Silu,
        _ => throw new ArgumentOutOfRangeException(nameof(activation), $"There is no function for the activation {activation}."),
    };
}
