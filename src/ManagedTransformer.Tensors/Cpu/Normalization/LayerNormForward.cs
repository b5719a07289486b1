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

            // The mean of nearly equal numbers rounds by more than they differ: what it misses is kept beside it.
            float squares = SquaredDeviations(s, mean, out float missed);
            missed /= Width;
            float rstd = 1f / MathF.Sqrt(MathF.Max(0, (squares / Width) - (missed * missed)) + Epsilon);
            Mean[row] = mean + missed;
            Rstd[row] = rstd;
            Normalize(s, Y + offset, mean, missed, rstd);
        }
    }

    // Two running sums: one alone would wait for each addition.
    private readonly float Total(float* s)
    {
        TVector a = TOps.Zero, b = TOps.Zero;
        int i = 0;
        for (; i <= Width - (2 * TOps.Count); i += 2 * TOps.Count)
        {
            a = TOps.Add(a, TOps.Load(s + i));
            b = TOps.Add(b, TOps.Load(s + i + TOps.Count));
        }

        for (; i < Width; i += TOps.Count)
        {
            a = TOps.Add(a, VectorTail<TOps, TVector>.LoadUpTo(s + i, Width - i));
        }

        return TOps.Sum(TOps.Add(a, b));
    }

    private readonly float Add(float* x, float* residual, float* s)
    {
        TVector total = TOps.Zero;
        for (int i = 0; i < Width; i += TOps.Count)
        {
            TVector sum = TOps.Add(VectorTail<TOps, TVector>.LoadUpTo(x + i, Width - i),
                VectorTail<TOps, TVector>.LoadUpTo(residual + i, Width - i));
            VectorTail<TOps, TVector>.StoreUpTo(sum, s + i, Width - i);
            total = TOps.Add(total, sum);
        }

        return TOps.Sum(total);
    }

    /// <summary>The sum of (s - mean)^2, and of s - mean.</summary>
    private readonly float SquaredDeviations(float* s, float mean, out float sum)
    {
        TVector center = TOps.Broadcast(mean), a = TOps.Zero, b = TOps.Zero, firsts = TOps.Zero, seconds = TOps.Zero;
        int i = 0;
        for (; i <= Width - (2 * TOps.Count); i += 2 * TOps.Count)
        {
            TVector first = TOps.Subtract(TOps.Load(s + i), center), second = TOps.Subtract(TOps.Load(s + i + TOps.Count), center);
            a = TOps.MultiplyAdd(first, first, a);
            b = TOps.MultiplyAdd(second, second, b);
            firsts = TOps.Add(firsts, first);
            seconds = TOps.Add(seconds, second);
        }

        for (; i < Width; i += TOps.Count)
        {
            TVector deviation = TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(s + i, Width - i), center);
            deviation = VectorTail<TOps, TVector>.Keep(deviation, Width - i);
            a = TOps.MultiplyAdd(deviation, deviation, a);
            firsts = TOps.Add(firsts, deviation);
        }

        sum = TOps.Sum(TOps.Add(firsts, seconds));
        return TOps.Sum(TOps.Add(a, b));
    }

    private readonly void Normalize(float* s, float* y, float mean, float missed, float rstd)
    {
        // Copies of the fields: stores to y might change the fields themselves, for all the compiler knows.
        float* gains = Gain, biases = Bias;
        int width = Width, i = 0;
        TVector center = TOps.Broadcast(mean), shift = TOps.Broadcast(missed), scale = TOps.Broadcast(rstd);
        for (; i <= width - TOps.Count; i += TOps.Count)
        {
            TVector normal = TOps.Multiply(TOps.Subtract(TOps.Subtract(TOps.Load(s + i), center), shift), scale);
            TOps.Store(TOps.MultiplyAdd(TOps.Load(gains + i), normal, TOps.Load(biases + i)), y + i);
        }

        int rest = width - i;
        if (rest > 0)
        {
            TVector normal = TOps.Multiply(TOps.Subtract(TOps.Subtract(TOps.LoadFirst(s + i, rest), center), shift), scale);
            TOps.StoreFirst(TOps.MultiplyAdd(TOps.LoadFirst(gains + i, rest), normal, TOps.LoadFirst(biases + i, rest)), y + i, rest);
        }
    }
}
