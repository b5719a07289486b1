namespace ManagedTransformer.Tensors.Cpu.Reductions;

/// <summary>An associative way to make one number of many.</summary>
internal interface IFold<TVector>
    where TVector : unmanaged
{
    /// <summary>The result of nothing.</summary>
    static abstract float Identity { get; }

    static abstract TVector Combine(TVector a, TVector b);

    /// <summary>All lanes of a vector combined.</summary>
    static abstract float Lanes(TVector a);
}
