using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="RowSortCode"/>, which sorts rows of N elements.</summary>
internal struct RowSortArguments
{
    /// <summary>[Rows, N].</summary>
    public ArrayView<float> X;

    /// <summary>[Rows, 2^RowBits].</summary>
    public ArrayView<ulong> Keys;

    /// <summary>The results, [Rows, K].</summary>
    public ArrayView<float> Values;

    public ArrayView<int> Indices;
    public long Rows;
    public int N, K, RowBits;

    /// <summary>The stage and, for <see cref="RowSortCode.Step"/>, the logarithm of the distance.</summary>
    public long Size;

    public int DistanceBits;
}
