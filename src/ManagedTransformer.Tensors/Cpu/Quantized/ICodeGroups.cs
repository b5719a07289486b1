namespace ManagedTransformer.Tensors.Cpu.Quantized;

/// <summary>How the integers of a group of 32 are stored. The compiler removes the indirection.</summary>
internal unsafe interface ICodeGroups<TVector>
    where TVector : unmanaged
{
    /// <summary>Bytes of a whole group.</summary>
    static abstract int Size { get; }

    /// <summary>Sums, spread over the lanes, of the products of a whole group's integers with as many floats.</summary>
    static abstract TVector Dot(byte* group, float* x);

    /// <summary>Stores the elements of a whole group: integers times the scale.</summary>
    static abstract void Widen(byte* group, TVector scale, float* y);

    /// <summary>One of a group's integers.</summary>
    static abstract int One(byte* group, int place);
}
