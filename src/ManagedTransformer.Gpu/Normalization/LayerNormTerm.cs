using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>dy (s - mean) rstd and dy, with one mean and rstd per row.</summary>
internal struct LayerNormTerm : IColumnTerm
{
    public ArrayView<float> S, Mean, Rstd, DY;
    public int Width;

    public readonly FloatPair At(long row, int column)
    {
        long place = (row * Width) + column;
        float dy = DY[place];
        return new FloatPair { A = dy * ((S[place] - Mean[row]) * Rstd[row]), B = dy };
    }
}
