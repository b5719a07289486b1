namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>The derivative of a function of one vector.</summary>
internal interface IDerivative<TVector>
    where TVector : unmanaged
{
    /// <summary>True if <see cref="Derivative"/> takes f(x) instead of x.</summary>
    static abstract bool DerivativeFromOutput { get; }

    /// <summary>f'(x), from x or from f(x).</summary>
    TVector Derivative(TVector at);
}
