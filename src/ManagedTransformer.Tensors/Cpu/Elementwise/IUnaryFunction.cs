namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>A function of one vector, with its derivative.</summary>
internal interface IUnaryFunction<TVector> : IDerivative<TVector>
    where TVector : unmanaged
{
    /// <summary>f(x).</summary>
    TVector Value(TVector x);
}
