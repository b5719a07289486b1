namespace ManagedTransformer.Tensors.Cpu.Random;

/// <summary>Makes results of random words.</summary>
internal interface IWordFunction<TVector>
    where TVector : unmanaged
{
    /// <summary>True if <see cref="Value"/> reads an input array.</summary>
    static abstract bool ReadsInput { get; }

    /// <summary>Results of neighbouring elements from their words and inputs.</summary>
    TVector Value(TVector words, TVector x);
}
