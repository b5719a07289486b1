using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="ColumnSumCode"/> takes.</summary>
internal struct ColumnSumArguments<TTerm>
    where TTerm : struct, IColumnTerm
{
    public TTerm Term;

    /// <summary>[bands, Width]; B is empty where one sum is wanted.</summary>
    public ArrayView<float> A, B;

    public long Rows, Band;
    public int Width, ColumnBits, HasB;
    public float Divisor;
}
