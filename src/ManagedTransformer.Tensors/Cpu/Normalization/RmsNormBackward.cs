using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>With g = gain dy: dx = rrms (g - x rrms^2 mean(g x)), and every band's part of dGain = sum dy x rrms.</summary>
internal unsafe struct RmsNormBackward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* X, Gain, Rrms, DY, DX, DGainParts;
    public long Rows, Band;
    public int Width;

    public readonly void Execute(long start, long end)
    {
        for (long band = start; band < end; band++)
        {
            float* dGain = DGainParts + (band * Width);
            new Span<float>(dGain, Width).Clear();
            for (long row = band * Band; row < Math.Min(Rows, (band + 1) * Band); row++)
            {
                Execute(row, dGain);
            }
        }
    }

    private readonly void Execute(long row, float* dGain)
    {
        float* x = X + (row * Width), dy = DY + (row * Width), dx = DX + (row * Width);
        TVector scale = TOps.Broadcast(Rrms[row]), dot = TOps.Zero;
        for (int i = 0; i < Width; i += TOps.Count)
        {
            int left = Width - i;
            TVector slope = VectorTail<TOps, TVector>.LoadUpTo(dy + i, left);
            TVector normal = TOps.Multiply(VectorTail<TOps, TVector>.LoadUpTo(x + i, left), scale);
            TVector product = TOps.Multiply(slope, normal);
            dot = TOps.MultiplyAdd(product, VectorTail<TOps, TVector>.LoadUpTo(Gain + i, left), dot);
            VectorTail<TOps, TVector>.StoreUpTo(TOps.Add(product, VectorTail<TOps, TVector>.LoadUpTo(dGain + i, left)), dGain + i, left);
        }

        TVector meanDot = TOps.Broadcast(TOps.Sum(dot) / Width);
        for (int i = 0; i < Width; i += TOps.Count)
        {
            int left = Width - i;
            TVector g = TOps.Multiply(VectorTail<TOps, TVector>.LoadUpTo(dy + i, left), VectorTail<TOps, TVector>.LoadUpTo(Gain + i, left));
            TVector normal = TOps.Multiply(VectorTail<TOps, TVector>.LoadUpTo(x + i, left), scale);
            VectorTail<TOps, TVector>.StoreUpTo(TOps.Multiply(scale, TOps.NegatedMultiplyAdd(normal, meanDot, g)), dx + i, left);
        }
    }
}
