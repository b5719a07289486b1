namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>A function of two vectors.</summary>
internal interface IBinaryFunction<TVector>
    where TVector : unmanaged
{
    /// <summary>f(a, b).</summary>
    static abstract TVector Value(TVector a, TVector b);
}
