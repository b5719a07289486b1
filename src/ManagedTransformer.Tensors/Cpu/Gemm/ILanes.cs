namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// The vector operations of a matrix kernel, so that one source serves every vector width. The compiler removes the indirection.
/// </summary>
internal unsafe interface ILanes<TVector> where TVector : unmanaged
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>All lanes zero.</summary>
    static abstract TVector Zero { get; }

    /// <summary>Reads <see cref="Count"/> floats.</summary>
    static abstract TVector Load(float* source);

    /// <summary>Reads <see cref="Count"/> values of BFloat16, the upper halves of floats.</summary>
    static abstract TVector LoadHalves(ushort* source);

    /// <summary>Writes <see cref="Count"/> floats.</summary>
    static abstract void Store(TVector value, float* target);

    /// <summary>Reads only the first floats; the other lanes are zero and their memory is not touched.</summary>
    static abstract TVector LoadFirst(float* source, int count);

    /// <summary>Writes only the first floats; memory behind them is not touched.</summary>
    static abstract void StoreFirst(TVector value, float* target, int count);

    /// <summary>All lanes equal to the value.</summary>
    static abstract TVector Broadcast(float value);

    /// <summary>x * y + z: rounded once where the processor has the instruction.</summary>
    static abstract TVector MultiplyAdd(TVector x, TVector y, TVector z);

    /// <summary>x * y.</summary>
    static abstract TVector Multiply(TVector x, TVector y);

    /// <summary>x + y.</summary>
    static abstract TVector Add(TVector x, TVector y);

    /// <summary>Sum of all lanes.</summary>
    static abstract float Sum(TVector value);
}
