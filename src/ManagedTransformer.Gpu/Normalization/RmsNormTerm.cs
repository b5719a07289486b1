using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>dy x rrms, with one rrms per row.</summary>
internal struct RmsNormTerm : IColumnTerm
{
    public ArrayView<float> X, Rrms, DY;
    public int Width;

    public readonly FloatPair At(long row, int column)
    {
        long place = (row * Width) + column;
        return new FloatPair { A = DY[place] * (X[place] * Rrms[row]) };
    }
}
