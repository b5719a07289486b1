using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="ColumnSumCode"/>: a term per element of [Rows, Width], summed over bands of Band rows.</summary>
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
