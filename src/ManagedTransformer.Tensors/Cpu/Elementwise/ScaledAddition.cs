using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>y[i] += scale x[i] on all threads.</summary>
internal static unsafe class ScaledAddition<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public static void Run(float* y, float* x, long count, float scale)
    {
        var job = new Job { Y = y, X = x, Scale = scale };
        Ranges.Run(count, Ranges.Grain, ref job);
    }

    private struct Job : IRangeJob
    {
        public float* Y, X;
        public float Scale;

        public readonly void Execute(long start, long end)
        {
            float* x = X, y = Y;
            TVector scale = TOps.Broadcast(Scale);
            long i = start;
            for (; i <= end - TOps.Count; i += TOps.Count)
            {
                TOps.Store(TOps.MultiplyAdd(scale, TOps.Load(x + i), TOps.Load(y + i)), y + i);
            }

            int rest = (int)(end - i);
            if (rest > 0)
            {
                TOps.StoreFirst(TOps.MultiplyAdd(scale, TOps.LoadFirst(x + i, rest), TOps.LoadFirst(y + i, rest)), y + i, rest);
            }
        }
    }
}
