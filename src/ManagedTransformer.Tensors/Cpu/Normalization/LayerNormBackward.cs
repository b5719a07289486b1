using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>
/// With g = gain dy and xhat = (s - mean) rstd: ds = rstd (g - mean(g) - xhat mean(g xhat)) (+ dSum), and every band's parts of
/// dGain = sum dy xhat and dBias = sum dy.
/// </summary>
internal unsafe struct LayerNormBackward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* S, Gain, Mean, Rstd, DY, DSum, DS, DGainParts, DBiasParts;
    public long Rows, Band;
    public int Width;

    public readonly void Execute(long start, long end)
    {
        for (long band = start; band < end; band++)
        {
            float* dGain = DGainParts + (band * Width), dBias = DBiasParts + (band * Width);
            new Span<float>(dGain, Width).Clear();
            new Span<float>(dBias, Width).Clear();
            for (long row = band * Band; row < Math.Min(Rows, (band + 1) * Band); row++)
            {
                Execute(row, dGain, dBias);
            }
        }
    }

    private readonly void Execute(long row, float* dGain, float* dBias)
    {
        // Copies of the fields: stores might change the fields themselves, for all the compiler knows.
        int width = Width;
        float* gain = Gain, s = S + (row * width), dy = DY + (row * width);
        TVector center = TOps.Broadcast(Mean[row]), scale = TOps.Broadcast(Rstd[row]);
        TVector sum = TOps.Zero, dot = TOps.Zero;
        for (int i = 0; i < width; i += TOps.Count)
        {
            // Lanes behind the row's end have dy = 0 and gain = 0 and add nothing.
            int left = width - i;
            TVector slope = VectorTail<TOps, TVector>.LoadUpTo(dy + i, left);
            TVector normal = TOps.Multiply(TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(s + i, left), center), scale);
            TVector g = TOps.Multiply(slope, VectorTail<TOps, TVector>.LoadUpTo(gain + i, left));
            sum = TOps.Add(sum, g);
            dot = TOps.MultiplyAdd(g, normal, dot);
            VectorTail<TOps, TVector>.StoreUpTo(TOps.MultiplyAdd(slope, normal, VectorTail<TOps, TVector>.LoadUpTo(dGain + i, left)),
                dGain + i, left);
            VectorTail<TOps, TVector>.StoreUpTo(TOps.Add(slope, VectorTail<TOps, TVector>.LoadUpTo(dBias + i, left)), dBias + i, left);
        }

        TVector mean = TOps.Broadcast(TOps.Sum(sum) / width), meanDot = TOps.Broadcast(TOps.Sum(dot) / width);
        float* ds = DS + (row * width), dSum = DSum == null ? null : DSum + (row * width);
        for (int i = 0; i < width; i += TOps.Count)
        {
            int left = width - i;
            TVector g = TOps.Multiply(VectorTail<TOps, TVector>.LoadUpTo(dy + i, left), VectorTail<TOps, TVector>.LoadUpTo(gain + i, left));
            TVector normal = TOps.Multiply(TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(s + i, left), center), scale);
            TVector inner = TOps.NegatedMultiplyAdd(normal, meanDot, TOps.Subtract(g, mean));
            TVector other = dSum == null ? TOps.Zero : VectorTail<TOps, TVector>.LoadUpTo(dSum + i, left);
            VectorTail<TOps, TVector>.StoreUpTo(TOps.MultiplyAdd(inner, scale, other), ds + i, left);
        }
    }
}
