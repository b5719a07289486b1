using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>dy (x - mean) rstd and dy, with one mean and rstd per column.</summary>
internal struct BatchNormTerm : IColumnTerm
{
    public ArrayView<float> X, Mean, Rstd, DY;
    public int Width;

    public readonly FloatPair At(long row, int column)
    {
        long place = (row * Width) + column;
        float dy = DY[place];
        return new FloatPair { A = dy * ((X[place] - Mean[column]) * Rstd[column]), B = dy };
    }
}
