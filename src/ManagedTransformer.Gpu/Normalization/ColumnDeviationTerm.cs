using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>(x - mean)^2 with one mean per column.</summary>
internal struct ColumnDeviationTerm : IColumnTerm
{
    public ArrayView<float> X, Mean;
    public int Width;

    public readonly FloatPair At(long row, int column)
    {
        float deviation = X[(row * Width) + column] - Mean[column];
        return new FloatPair { A = deviation * deviation };
    }
}
