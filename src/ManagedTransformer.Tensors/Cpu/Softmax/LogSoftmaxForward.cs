using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Softmax;

/// <summary>y = (x - max) - ln sum e^(x - max) for every row: where x is large, max + ln sum would lose the sum.</summary>
internal unsafe struct LogSoftmaxForward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* X, Y;
    public long Length;

    public readonly void Execute(long start, long end)
    {
        for (long row = start; row < end; row++)
        {
            float* x = X + (row * Length), y = Y + (row * Length);
            float max = ExponentialSums<TOps, TVector>.MaxAndSum(x, Length, out float sum);
            TVector shift = TOps.Broadcast(max), logarithm = TOps.Broadcast(MathF.Log(sum));
            long i = 0;
            for (; i <= Length - TOps.Count; i += TOps.Count)
            {
                TOps.Store(TOps.Subtract(TOps.Subtract(TOps.Load(x + i), shift), logarithm), y + i);
            }

            int rest = (int)(Length - i);
            if (rest > 0)
            {
                TOps.StoreFirst(TOps.Subtract(TOps.Subtract(TOps.LoadFirst(x + i, rest), shift), logarithm), y + i, rest);
            }
        }
    }
}
