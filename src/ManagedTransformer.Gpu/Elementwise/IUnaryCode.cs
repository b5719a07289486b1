namespace ManagedTransformer.Gpu;

/// <summary>A function of one number and two parameters, as a type parameter of <see cref="UnaryKernel"/>.</summary>
internal interface IUnaryCode
{
    /// <summary>True if <see cref="Derivative"/> takes f(x) rather than x. A constant.</summary>
    bool DerivativeFromOutput { get; }

    /// <summary>f(x).</summary>
    float Value(float x, float a, float b);

    /// <summary>f'(x).</summary>
    /// <param name="x">The argument of f, or its value if <see cref="DerivativeFromOutput"/>.</param>
    /// <param name="a">A parameter of f.</param>
    /// <param name="b">Another.</param>
    float Derivative(float x, float a, float b);
}
