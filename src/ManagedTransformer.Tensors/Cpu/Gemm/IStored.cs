namespace ManagedTransformer.Tensors.Cpu;

/// <summary>The form in which the elements of a factor that is read in place are stored. The compiler removes the indirection.</summary>
internal unsafe interface IStored<TVector> where TVector : unmanaged
{
    /// <summary>Bytes of an element.</summary>
    static abstract int Size { get; }

    /// <summary>Reads one vector of elements as floats.</summary>
    static abstract TVector Load(byte* source);

    /// <summary>Reads one element as a float.</summary>
    static abstract float LoadOne(byte* source);
}
