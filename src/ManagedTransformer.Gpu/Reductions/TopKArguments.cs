using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="TopKCode"/>, which finds the K largest of every N elements.</summary>
internal struct TopKArguments
{
    /// <summary>[rows, N].</summary>
    public ArrayView<float> X;

    /// <summary>The results, [rows, K].</summary>
    public ArrayView<float> Values;

    public ArrayView<int> Indices;

    /// <summary>Candidates of an earlier round, [rows, Length], where HasKeys; the elements of X are the candidates otherwise.</summary>
    public ArrayView<ulong> Keys;

    /// <summary>The candidates for the next round, [rows, Chunks, Kept], where there is more than one chunk.</summary>
    public ArrayView<ulong> Best;

    public long Rows;
    public int N, K, Length, HasKeys;

    /// <summary>
    /// The logarithm of a chunk's length, chunks of a row, candidates that each of them leaves, and chunks that a group takes.
    /// </summary>
    public int ChunkBits, Chunks, Kept, PerGroup;
}
