namespace ManagedTransformer.Tensors;

/// <summary>The element-wise function after a linear map.</summary>
public enum Activation
{
    /// <summary>None: the identity.</summary>
    None,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x (1 + erf(x / sqrt 2)) / 2.</summary>
    Gelu,

    /// <summary>x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2.</summary>
    GeluTanh,

    /// <summary>x sigmoid(x), also called swish.</summary>
    Silu,
}
