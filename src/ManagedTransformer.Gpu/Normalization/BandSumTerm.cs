using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>The sums of bands.</summary>
internal struct BandSumTerm : IColumnTerm
{
    public ArrayView<float> A, B;
    public int Width, HasB;

    public readonly FloatPair At(long row, int column)
    {
        long place = (row * Width) + column;
        return new FloatPair { A = A[place], B = HasB != 0 ? B[place] : 0 };
    }
}
