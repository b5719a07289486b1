namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>A function of one vector, with its derivative.</summary>
internal interface IUnaryFunction<TVector>
    where TVector : unmanaged
{
    /// <summary>Whether <see cref="Derivative"/> takes f(x) instead of x.</summary>
    static abstract bool DerivativeFromOutput { get; }

    /// <summary>f(x).</summary>
    TVector Value(TVector x);

    /// <summary>f'(x), from x or from f(x).</summary>
    TVector Derivative(TVector at);
}
