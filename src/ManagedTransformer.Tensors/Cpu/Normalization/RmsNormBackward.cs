using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>With g = gain dy: ds = rrms (g - s rrms^2 mean(g s)) (+ dSum), and every band's part of dGain = sum dy s rrms.</summary>
internal unsafe struct RmsNormBackward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* S, Gain, Rrms, DY, DSum, DS, DGainParts;
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
        // Copies of the fields: stores might change the fields themselves, for all the compiler knows.
        int width = Width;
        float* gain = Gain, s = S + (row * width), dy = DY + (row * width), ds = DS + (row * width);
        float* dSum = DSum == null ? null : DSum + (row * width);
        TVector scale = TOps.Broadcast(Rrms[row]), dot = TOps.Zero;
        for (int i = 0; i < width; i += TOps.Count)
        {
            int left = width - i;
            TVector slope = VectorTail<TOps, TVector>.LoadUpTo(dy + i, left);
            TVector normal = TOps.Multiply(VectorTail<TOps, TVector>.LoadUpTo(s + i, left), scale);
            TVector product = TOps.Multiply(slope, normal);
            dot = TOps.MultiplyAdd(product, VectorTail<TOps, TVector>.LoadUpTo(gain + i, left), dot);
            VectorTail<TOps, TVector>.StoreUpTo(TOps.Add(product, VectorTail<TOps, TVector>.LoadUpTo(dGain + i, left)), dGain + i, left);
        }

        TVector meanDot = TOps.Broadcast(TOps.Sum(dot) / width);
        for (int i = 0; i < width; i += TOps.Count)
        {
            int left = width - i;
            TVector g = TOps.Multiply(VectorTail<TOps, TVector>.LoadUpTo(dy + i, left), VectorTail<TOps, TVector>.LoadUpTo(gain + i, left));
            TVector normal = TOps.Multiply(VectorTail<TOps, TVector>.LoadUpTo(s + i, left), scale);
            TVector slope = TOps.Multiply(scale, TOps.NegatedMultiplyAdd(normal, meanDot, g));
            slope = dSum == null ? slope : TOps.Add(slope, VectorTail<TOps, TVector>.LoadUpTo(dSum + i, left));
            VectorTail<TOps, TVector>.StoreUpTo(slope, ds + i, left);
        }
    }
}
