namespace ManagedTransformer.Gpu;

/// <summary>One thread's share of the copies of an operand: chunks of 16 bytes, of which it takes one of every so many.</summary>
internal struct TensorSource
{
    /// <summary>The first chunk in memory, and bytes from it to the next.</summary>
    public long Address, PassBytes;

    /// <summary>The first chunk in a slice in shared memory, and bytes from it to the next.</summary>
    public int Place, PassPlace;

    /// <summary>Bytes from the chunks' start to the end of the matrix; what lies beyond is zero.</summary>
    public int Along;

    /// <summary>Stored rows from the first chunk to the end of the matrix, and from the first chunk to the next.</summary>
    public int Across, PassAcross;
}
