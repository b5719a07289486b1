using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>The numbers of an array.</summary>
internal struct ColumnValueTerm : IColumnTerm
{
    public ArrayView<float> X;
    public int Width;

    public readonly FloatPair At(long row, int column)
    {
        return new FloatPair { A = X[(row * Width) + column] };
    }
}
