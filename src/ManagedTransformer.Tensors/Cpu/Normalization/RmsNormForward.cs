using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>y = gain x rrms with rrms = 1 / sqrt(mean(x^2) + epsilon).</summary>
internal unsafe struct RmsNormForward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* X, Gain, Y, Rrms;
    public float Epsilon;
    public int Width;

    public readonly void Execute(long start, long end)
    {
        for (long row = start; row < end; row++)
        {
            float* x = X + (row * Width), y = Y + (row * Width);
            TVector squares = TOps.Zero;
            for (int i = 0; i < Width; i += TOps.Count)
            {
                TVector value = VectorTail<TOps, TVector>.LoadUpTo(x + i, Width - i);
                squares = TOps.MultiplyAdd(value, value, squares);
            }

            float rrms = 1f / MathF.Sqrt((TOps.Sum(squares) / Width) + Epsilon);
            Rrms[row] = rrms;
            TVector scale = TOps.Broadcast(rrms);
            for (int i = 0; i < Width; i += TOps.Count)
            {
                TVector normal = TOps.Multiply(VectorTail<TOps, TVector>.LoadUpTo(x + i, Width - i), scale);
                VectorTail<TOps, TVector>.StoreUpTo(TOps.Multiply(normal, VectorTail<TOps, TVector>.LoadUpTo(Gain + i, Width - i)),
                    y + i, Width - i);
            }
        }
    }
}
