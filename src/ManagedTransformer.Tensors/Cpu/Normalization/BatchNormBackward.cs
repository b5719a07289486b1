using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>
/// dx = gain rstd (dy - share (dBias + xhat dGain)), where share is 1 / (rows that count) for rows that count,
/// and 0 for others and with fixed statistics.
/// </summary>
internal unsafe struct BatchNormBackward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* X, Mean, Rstd, Gain, DY, DX, DGain, DBias, Counts;
    public float Share;
    public int Width;

    public readonly void Execute(long start, long end)
    {
        for (long row = start; row < end; row++)
        {
            TVector share = TOps.Broadcast(Counts == null ? Share : Share * Counts[row]);
            float* x = X + (row * Width), dy = DY + (row * Width), dx = DX + (row * Width);
            for (int i = 0; i < Width; i += TOps.Count)
            {
                int left = Width - i;
                TVector rstd = VectorTail<TOps, TVector>.LoadUpTo(Rstd + i, left);
                TVector deviation = TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(x + i, left),
                    VectorTail<TOps, TVector>.LoadUpTo(Mean + i, left));
                TVector dGain = VectorTail<TOps, TVector>.LoadUpTo(DGain + i, left),
                    dBias = VectorTail<TOps, TVector>.LoadUpTo(DBias + i, left);
                TVector common = TOps.MultiplyAdd(TOps.Multiply(deviation, rstd), dGain, dBias);
                TVector inner = TOps.NegatedMultiplyAdd(share, common, VectorTail<TOps, TVector>.LoadUpTo(dy + i, left));
                TVector scale = TOps.Multiply(rstd, VectorTail<TOps, TVector>.LoadUpTo(Gain + i, left));
                VectorTail<TOps, TVector>.StoreUpTo(TOps.Multiply(scale, inner), dx + i, left);
            }
        }
    }
}
