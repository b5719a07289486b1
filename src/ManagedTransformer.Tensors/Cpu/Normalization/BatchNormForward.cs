using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>y = gain (x - mean) rstd + bias with column vectors.</summary>
internal unsafe struct BatchNormForward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* X, Mean, Rstd, Gain, Bias, Y;
    public int Width;

    public readonly void Execute(long start, long end)
    {
        for (long row = start; row < end; row++)
        {
            float* x = X + (row * Width), y = Y + (row * Width);
            for (int i = 0; i < Width; i += TOps.Count)
            {
                int left = Width - i;
                TVector deviation = TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(x + i, left),
                    VectorTail<TOps, TVector>.LoadUpTo(Mean + i, left));
                TVector normal = TOps.Multiply(deviation, VectorTail<TOps, TVector>.LoadUpTo(Rstd + i, left));
                TVector gain = VectorTail<TOps, TVector>.LoadUpTo(Gain + i, left),
                    bias = VectorTail<TOps, TVector>.LoadUpTo(Bias + i, left);
                VectorTail<TOps, TVector>.StoreUpTo(TOps.MultiplyAdd(gain, normal, bias), y + i, left);
            }
        }
    }
}
