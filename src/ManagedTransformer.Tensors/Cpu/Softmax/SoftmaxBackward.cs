using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Softmax;

/// <summary>dx = y (dy - sum(dy y)) for every row.</summary>
internal unsafe struct SoftmaxBackward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* Y, DY, DX;
    public long Length;

    public readonly void Execute(long start, long end)
    {
        for (long row = start; row < end; row++)
        {
            float* y = Y + (row * Length), dy = DY + (row * Length), dx = DX + (row * Length);
            TVector products = TOps.Zero;
            for (long i = 0; i < Length; i += TOps.Count)
            {
                TVector slope = VectorTail<TOps, TVector>.LoadUpTo(dy + i, Length - i);
                products = TOps.MultiplyAdd(slope, VectorTail<TOps, TVector>.LoadUpTo(y + i, Length - i), products);
            }

            TVector dot = TOps.Broadcast(TOps.Sum(products));
            for (long i = 0; i < Length; i += TOps.Count)
            {
                TVector slope = TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(dy + i, Length - i), dot);
                VectorTail<TOps, TVector>.StoreUpTo(TOps.Multiply(VectorTail<TOps, TVector>.LoadUpTo(y + i, Length - i), slope),
                    dx + i, Length - i);
            }
        }
    }
}
