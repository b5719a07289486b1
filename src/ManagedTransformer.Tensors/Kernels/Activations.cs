namespace ManagedTransformer.Tensors.Kernels;

/// <summary>Activations as element-wise functions.</summary>
internal static class Activations
{
    public static UnaryOp FunctionOf(Activation activation) => activation switch
    {
        Activation.Relu => UnaryOp.Relu,
        Activation.Gelu => UnaryOp.Gelu,
        Activation.GeluTanh => UnaryOp.GeluTanh,
        Activation.Silu => UnaryOp.Silu,
        _ => throw new ArgumentOutOfRangeException(nameof(activation), $"There is no function for the activation {activation}."),
    };
}
