using System.Diagnostics;
using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu;

namespace ManagedTransformer.Tensors.Benchmarks;

/// <summary>Measures how fast memory is read and copied, on tensors that no cache holds.</summary>
public static class BandwidthBenchmark
{
    private const int Passes = 9, ChunkLength = 1 << 20;

    /// <summary>Measures sums over an array, and copies from one half of it to the other.</summary>
    /// <param name="threads">Threads, at least 1.</param>
    /// <param name="mebibytes">Size of the array, at least 8: several times the largest cache.</param>
    /// <returns>From the median pass of each kind.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The threads or the size are too few.</exception>
    public static BandwidthMeasurement Run(int threads, int mebibytes = 512)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mebibytes, 8);
        int threadsBefore = CpuThreads.Count;
        CpuThreads.Count = threads;
        try
        {
            using StepScope scope = new();
            int chunks = mebibytes / 8 * 2;
            Tensor array = Tensor.Full(new Shape(chunks, ChunkLength), 1), sums = Tensor.Zeros(new Shape(chunks));
            double bytes = (double)chunks * ChunkLength * sizeof(float);
            return new BandwidthMeasurement(threads, bytes / Read(array, sums, chunks), bytes / Copy(array, chunks / 2));
        }
        finally
        {
            CpuThreads.Count = threadsBefore;
        }
    }

    private static unsafe double Read(Tensor array, Tensor sums, int chunks)
    {
        ReadJob job = new() { Array = array.Buffer.Floats(), Sums = sums.Buffer.Floats() };
        return MedianNanoseconds(chunks, ref job);
    }

    private static unsafe double Copy(Tensor array, int chunks)
    {
        CopyJob job = new() { Source = array.Buffer.Floats(), Destination = array.Buffer.Floats() + ((long)chunks * ChunkLength) };
        return MedianNanoseconds(chunks, ref job);
    }

    private static double MedianNanoseconds<TJob>(int chunks, ref TJob job) where TJob : unmanaged, IWorkerJob
    {
        double[] times = new double[Passes];
        for (int pass = 0; pass < Passes; pass++)
        {
            long start = Stopwatch.GetTimestamp();
            WorkerPool.Shared.Run(chunks, ref job);
            times[pass] = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        }

        Array.Sort(times);
        return times[Passes / 2];
    }

    private unsafe struct ReadJob : IWorkerJob
    {
        public float* Array, Sums;

        // Four sums, so that no addition waits for the one before it.
        public readonly void Execute(int chunk)
        {
            float* x = Array + ((long)chunk * ChunkLength);
            Vector512<float> a = default, b = default, c = default, d = default;
            for (int i = 0; i < ChunkLength; i += 4 * Vector512<float>.Count)
            {
                a += Vector512.Load(x + i);
                b += Vector512.Load(x + i + Vector512<float>.Count);
                c += Vector512.Load(x + i + (2 * Vector512<float>.Count));
                d += Vector512.Load(x + i + (3 * Vector512<float>.Count));
            }

            Sums[chunk] = Vector512.Sum(a + b + (c + d));
        }
    }

    private unsafe struct CopyJob : IWorkerJob
    {
        public float* Source, Destination;

        public readonly void Execute(int chunk)
        {
            long offset = (long)chunk * ChunkLength;
            new ReadOnlySpan<float>(Source + offset, ChunkLength).CopyTo(new Span<float>(Destination + offset, ChunkLength));
        }
    }
}
