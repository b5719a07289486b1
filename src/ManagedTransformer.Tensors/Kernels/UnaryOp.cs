namespace ManagedTransformer.Tensors.Kernels;

/// <summary>Element-wise functions y = f(x), some with parameters a and b.</summary>
internal enum UnaryOp
{
    /// <summary>a x + b.</summary>
    Affine,

    /// <summary>|x|; derivative 0 at 0.</summary>
    Abs,

    /// <summary>e^x.</summary>
    Exp,

    /// <summary>ln x.</summary>
    Log,

    /// <summary>Square root of x.</summary>
    Sqrt,

    /// <summary>sin x.</summary>
    Sin,

    /// <summary>cos x.</summary>
    Cos,

    /// <summary>x^a for a constant a; Pow(x, 0) = 1.</summary>
    Power,

    /// <summary>min(max(x, a), b); derivative 1 on the closed interval [a, b], else 0.</summary>
    Clamp,

    /// <summary>tanh x.</summary>
    Tanh,

    /// <summary>1 / (1 + e^-x).</summary>
    Sigmoid,

    /// <summary>ln(1 + e^x), without overflow.</summary>
    Softplus,

    /// <summary>max(x, 0); derivative 0 at 0.</summary>
    Relu,

    /// <summary>x (1 + erf(x / sqrt 2)) / 2.</summary>
    Gelu,

    /// <summary>x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2.</summary>
    GeluTanh,

    /// <summary>x sigmoid(x).</summary>
    Silu,

    /// <summary>erf x.</summary>
    Erf,
}
