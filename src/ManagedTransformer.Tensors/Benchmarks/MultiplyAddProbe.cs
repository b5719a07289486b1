using System.Diagnostics;
using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Benchmarks;

/// <summary>
/// Multiplications and additions in registers alone, as many as the processor's units take: what no kernel can exceed. To be timed now and
/// then, between other work whose speed is compared to it.
/// </summary>
public static class MultiplyAddProbe
{
    // As many as hide the latency of two units, and as 16 registers hold beside two operands.
    private const int Chains = 12;
    private const int Rounds = 20_000, ChunksPerThread = 8;

    /// <summary>Runs for some milliseconds on <see cref="CpuThreads.Count"/> threads.</summary>
    /// <returns>Billions of multiplications and additions per second, of all threads together.</returns>
    public static double GigaflopsPerSecond() => CpuFeatures.VectorBits switch
    {
        512 => Measure<Vector512Ops, Vector512<float>>(),
        256 => Measure<Vector256Ops, Vector256<float>>(),
        _ => Measure<Vector128Ops, Vector128<float>>(),
    };

    private static unsafe double Measure<TOps, TVector>()
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        int chunks = CpuThreads.Count * ChunksPerThread;
        float[] sums = new float[chunks];
        fixed (float* results = sums)
        {
            Job<TOps, TVector> job = new() { Sums = results };
            long start = Stopwatch.GetTimestamp();
            WorkerPool.Shared.Run(chunks, ref job);
            double operations = 2.0 * chunks * Rounds * Chains * TOps.Count;
            return operations / Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        }
    }

    private unsafe struct Job<TOps, TVector> : IWorkerJob
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        public float* Sums;

        // Values that approach 2, so that no number is ever denormal. Locals, since the run-time keeps no array in registers.
        public readonly void Execute(int chunk)
        {
            TVector half = TOps.Broadcast(0.5f), one = TOps.Broadcast(1);
            TVector a = one, b = one, c = one, d = one, e = one, f = one, g = one, h = one, i = one, j = one, k = one, l = one;
            for (int round = 0; round < Rounds; round++)
            {
                a = TOps.MultiplyAdd(a, half, one);
                b = TOps.MultiplyAdd(b, half, one);
                c = TOps.MultiplyAdd(c, half, one);
                d = TOps.MultiplyAdd(d, half, one);
                e = TOps.MultiplyAdd(e, half, one);
                f = TOps.MultiplyAdd(f, half, one);
                g = TOps.MultiplyAdd(g, half, one);
                h = TOps.MultiplyAdd(h, half, one);
                i = TOps.MultiplyAdd(i, half, one);
                j = TOps.MultiplyAdd(j, half, one);
                k = TOps.MultiplyAdd(k, half, one);
                l = TOps.MultiplyAdd(l, half, one);
            }

            TVector first = TOps.Add(TOps.Add(TOps.Add(a, b), TOps.Add(c, d)), TOps.Add(e, f));
            TVector second = TOps.Add(TOps.Add(TOps.Add(g, h), TOps.Add(i, j)), TOps.Add(k, l));
            Sums[chunk] = TOps.Sum(TOps.Add(first, second));
        }
    }
}
