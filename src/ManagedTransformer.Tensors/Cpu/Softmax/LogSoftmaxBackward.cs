using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Softmax;

/// <summary>dx = dy - e^y sum(dy) for every row.</summary>
internal unsafe struct LogSoftmaxBackward<TOps, TVector> : IRangeJob
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
            TVector slopes = TOps.Zero;
            for (long i = 0; i < Length; i += TOps.Count)
            {
                slopes = TOps.Add(slopes, VectorTail<TOps, TVector>.LoadUpTo(dy + i, Length - i));
            }

            TVector sum = TOps.Broadcast(TOps.Sum(slopes));
            for (long i = 0; i < Length; i += TOps.Count)
            {
                TVector p = VectorMath.ExpUpToOne<TOps, TVector>(VectorTail<TOps, TVector>.LoadUpTo(y + i, Length - i));
                TVector slope = TOps.NegatedMultiplyAdd(p, sum, VectorTail<TOps, TVector>.LoadUpTo(dy + i, Length - i));
                VectorTail<TOps, TVector>.StoreUpTo(slope, dx + i, Length - i);
            }
        }
    }
}
