using ManagedTransformer.Tensors.Cpu;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

public sealed unsafe class WorkerPoolTests
{
    private struct CountJob : IWorkerJob
    {
        public int* Counts;

        public readonly void Execute(int chunk) => Interlocked.Increment(ref Counts[chunk]);
    }

    private struct FailingJob : IWorkerJob
    {
        public int Fatal;

        public readonly void Execute(int chunk)
        {
            if (chunk == Fatal)
            {
                throw new InvalidOperationException("chunk " + chunk);
            }
        }
    }

    private struct NestedJob : IWorkerJob
    {
        public int* Counts;
        public int Inner;

        public readonly void Execute(int chunk)
        {
            var job = new CountJob { Counts = Counts + chunk * Inner };
            WorkerPool.Shared.Run(Inner, ref job);
        }
    }

    private static void RunAndCheckCounts(WorkerPool pool, int chunks)
    {
        int* counts = stackalloc int[chunks];
        new Span<int>(counts, chunks).Clear();
        var job = new CountJob { Counts = counts };
        pool.Run(chunks, ref job);
        for (int i = 0; i < chunks; i++)
        {
            Assert.Equal(1, counts[i]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public void EveryChunkRunsOnce(int threads)
    {
        using var pool = new WorkerPool { Threads = threads };
        for (int round = 0; round < 2000; round++)
        {
            RunAndCheckCounts(pool, round % 23);
        }
    }

    [Fact]
    public void ParkedThreadsWakeUp()
    {
        using var pool = new WorkerPool { Threads = 3 };
        for (int round = 0; round < 20; round++)
        {
            RunAndCheckCounts(pool, 16);
            Thread.Sleep(2);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void AnExceptionReachesTheCallerAndThePoolGoesOn(int threads)
    {
        using var pool = new WorkerPool { Threads = threads };
        for (int round = 0; round < 10; round++)
        {
            var job = new FailingJob { Fatal = round };
            var failure = Assert.Throws<InvalidOperationException>(() => pool.Run(10, ref job));
            Assert.Equal("chunk " + round, failure.Message);
            RunAndCheckCounts(pool, 8);
        }
    }

    [Fact]
    public void ANestedJobRunsWithinItsChunk()
    {
        const int Outer = 12, Inner = 7;
        int* counts = stackalloc int[Outer * Inner];
        new Span<int>(counts, Outer * Inner).Clear();
        var job = new NestedJob { Counts = counts, Inner = Inner };
        WorkerPool.Shared.Run(Outer, ref job);
        for (int i = 0; i < Outer * Inner; i++)
        {
            Assert.Equal(1, counts[i]);
        }
    }

    [Fact]
    public void JobsOfSeveralThreadsDoNotDisturbEachOther()
    {
        using var pool = new WorkerPool { Threads = 3 };
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int round = 0; round < 500; round++)
            {
                RunAndCheckCounts(pool, 1 + round % 9);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }

    [Fact]
    public void TheNumberOfThreadsMayChangeBetweenJobs()
    {
        using var pool = new WorkerPool();
        for (int round = 0; round < 40; round++)
        {
            pool.Threads = 1 + round * 7 % 6;
            RunAndCheckCounts(pool, 11);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Threads = 0);
    }

    [Fact]
    public void AJobAllocatesNothing()
    {
        using var pool = new WorkerPool { Threads = 2 };
        RunAndCheckCounts(pool, 4);
        int* counts = stackalloc int[4];
        var job = new CountJob { Counts = counts };
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++)
        {
            pool.Run(4, ref job);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
