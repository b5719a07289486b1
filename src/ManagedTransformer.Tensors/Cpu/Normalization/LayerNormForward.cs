using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>s = x (+ residual); y = gain (s - mean) rstd + bias, row by row while the row is in the first cache.</summary>
internal unsafe struct LayerNormForward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* X, Residual, Gain, Bias, Sum, Y, Mean, Rstd;
    public float Epsilon;
    public int Width;

    public readonly void Execute(long start, long end)
    {
        for (long row = start; row < end; row++)
        {
            long offset = row * Width;
            float* s = Residual == null ? X + offset : Sum + offset;
            float mean = (Residual == null ? Total(s) : Add(X + offset, Residual + offset, s)) / Width;
            float rstd = 1f / MathF.Sqrt((SquaredDeviations(s, mean) / Width) + Epsilon);
            Mean[row] = mean;
            Rstd[row] = rstd;
            Normalize(s, Y + offset, mean, rstd);
        }
    }

    private readonly float Total(float* s)
    {
        TVector total = TOps.Zero;
        for (int i = 0; i < Width; i += TOps.Count)
            total = TOps.Add(total, VectorTail<TOps, TVector>.LoadUpTo(s + i, Width - i));
        return TOps.Sum(total);
    }

    private readonly float Add(float* x, float* residual, float* s)
    {
        TVector total = TOps.Zero;
        for (int i = 0; i < Width; i += TOps.Count)
        {
            TVector sum = TOps.Add(VectorTail<TOps, TVector>.LoadUpTo(x + i, Width - i), VectorTail<TOps, TVector>.LoadUpTo(residual + i, Width - i));
            VectorTail<TOps, TVector>.StoreUpTo(sum, s + i, Width - i);
            total = TOps.Add(total, sum);
        }

        return TOps.Sum(total);
    }

    private readonly float SquaredDeviations(float* s, float mean)
    {
        TVector center = TOps.Broadcast(mean), total = TOps.Zero;
        int i = 0;
        for (; i <= Width - TOps.Count; i += TOps.Count)
        {
            TVector deviation = TOps.Subtract(TOps.Load(s + i), center);
            total = TOps.MultiplyAdd(deviation, deviation, total);
        }

        if (i < Width)
        {
            TVector deviation = VectorTail<TOps, TVector>.Keep(TOps.Subtract(TOps.LoadFirst(s + i, Width - i), center), Width - i);
            total = TOps.MultiplyAdd(deviation, deviation, total);
        }

        return TOps.Sum(total);
    }

    private readonly void Normalize(float* s, float* y, float mean, float rstd)
    {
        TVector center = TOps.Broadcast(mean), scale = TOps.Broadcast(rstd);
        for (int i = 0; i < Width; i += TOps.Count)
        {
            TVector normal = TOps.Multiply(TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(s + i, Width - i), center), scale);
            TVector gain = VectorTail<TOps, TVector>.LoadUpTo(Gain + i, Width - i);
            TVector bias = VectorTail<TOps, TVector>.LoadUpTo(Bias + i, Width - i);
            VectorTail<TOps, TVector>.StoreUpTo(TOps.MultiplyAdd(gain, normal, bias), y + i, Width - i);
        }
    }
}
