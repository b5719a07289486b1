using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>s = x (+ residual); y = gain s rrms with rrms = 1 / sqrt(mean(s^2) + epsilon).</summary>
internal unsafe struct RmsNormForward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* X, Residual, Sum, Gain, Y, Rrms;
    public float Epsilon;
    public int Width;

    public readonly void Execute(long start, long end)
    {
        for (long row = start; row < end; row++)
        {
            long offset = row * Width;
            float* s = Residual == null ? X + offset : Sum + offset;
            float squares = Residual == null ? Squares(s) : Add(X + offset, Residual + offset, s);
            float rrms = 1f / MathF.Sqrt((squares / Width) + Epsilon);
            Rrms[row] = rrms;
            Normalize(s, Y + offset, rrms);
        }
    }

    private readonly float Squares(float* s)
    {
        TVector squares = TOps.Zero;
        for (int i = 0; i < Width; i += TOps.Count)
        {
            TVector value = VectorTail<TOps, TVector>.LoadUpTo(s + i, Width - i);
            squares = TOps.MultiplyAdd(value, value, squares);
        }

        return TOps.Sum(squares);
    }

    private readonly float Add(float* x, float* residual, float* s)
    {
        TVector squares = TOps.Zero;
        int width = Width;
        for (int i = 0; i < width; i += TOps.Count)
        {
            TVector sum = TOps.Add(VectorTail<TOps, TVector>.LoadUpTo(x + i, width - i),
                VectorTail<TOps, TVector>.LoadUpTo(residual + i, width - i));
            VectorTail<TOps, TVector>.StoreUpTo(sum, s + i, width - i);
            squares = TOps.MultiplyAdd(sum, sum, squares);
        }

        return TOps.Sum(squares);
    }

    private readonly void Normalize(float* s, float* y, float rrms)
    {
        // Copies of the fields: stores to y might change the fields themselves, for all the compiler knows.
        float* gain = Gain;
        int width = Width;
        TVector scale = TOps.Broadcast(rrms);
        for (int i = 0; i < width; i += TOps.Count)
        {
            TVector normal = TOps.Multiply(VectorTail<TOps, TVector>.LoadUpTo(s + i, width - i), scale);
            VectorTail<TOps, TVector>.StoreUpTo(TOps.Multiply(normal, VectorTail<TOps, TVector>.LoadUpTo(gain + i, width - i)),
                y + i, width - i);
        }
    }
}
