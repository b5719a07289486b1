using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Random;

/// <summary>Computes y[i] from word i of a sequence (and x[i]) on all threads.</summary>
internal static unsafe class RandomLoop<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public static void Run<TFunction>(TFunction function, float* x, float* y, long count, RandomKey key)
        where TFunction : unmanaged, IWordFunction<TVector>
    {
        var job = new Job<TFunction> { Function = function, Words = new PhiloxBlocks<TOps, TVector>(key), X = x, Y = y };
        Ranges.Run(count, Ranges.Grain, ref job);
    }

    private struct Job<TFunction> : IRangeJob
        where TFunction : unmanaged, IWordFunction<TVector>
    {
        public TFunction Function;
        public PhiloxBlocks<TOps, TVector> Words;
        public float* X, Y;

        // Ranges start at multiples of the grain, which is a multiple of every group size.
        public readonly void Execute(long start, long end)
        {
            int group = PhiloxBlocks<TOps, TVector>.GroupSize;
            for (long i = start; i < end; i += group)
            {
                Words.Group((ulong)(i / group), out TVector w0, out TVector w1, out TVector w2, out TVector w3);
                Store(w0, i, end);
                Store(w1, i + TOps.Count, end);
                Store(w2, i + (2 * TOps.Count), end);
                Store(w3, i + (3 * TOps.Count), end);
            }
        }

        private readonly void Store(TVector words, long i, long end)
        {
            if (i >= end)
            {
                return;
            }

            TVector x = TFunction.ReadsInput ? VectorTail<TOps, TVector>.LoadUpTo(X + i, end - i) : TOps.Zero;
            VectorTail<TOps, TVector>.StoreUpTo(Function.Value(words, x), Y + i, end - i);
        }
    }
}
