using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using ManagedTransformer.Training.Workers;

namespace ManagedTransformer.Tests.Training.Workers;

/// <summary>Workers that are threads of this process, each with a model of its own: what they exchange is copied.</summary>
internal sealed class ThreadWorkers : WorkerGroup
{
    private readonly Hub _hub;

    private ThreadWorkers(Hub hub, int rank) => (_hub, Rank) = (hub, rank);

    /// <inheritdoc/>
    public override int Rank { get; }

    /// <inheritdoc/>
    public override int Count => _hub.Blocks.Length;

    /// <summary>Called before every exchange of gradients, to fail there.</summary>
    public Action? BeforeExchange { get; set; }

    /// <summary>What the worker that could not go on said.</summary>
    public static string? LastMessage { get; private set; }

    /// <summary>Does something on every worker, and fails as the first of them that failed.</summary>
    /// <param name="count">The number of workers.</param>
    /// <param name="work">What each does.</param>
    public static void Run(int count, Action<ThreadWorkers> work)
    {
        using Hub hub = new(count);
        Exception?[] failures = new Exception?[count];
        Thread[] threads = [.. Enumerable.Range(0, count).Select(rank => new Thread(() =>
        {
            try
            {
                work(new ThreadWorkers(hub, rank));
            }
            catch (Exception e)
            {
                failures[rank] = e;
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        bool ended = threads.All(thread => thread.Join(TimeSpan.FromSeconds(120)));
        LastMessage = hub.Message;
        if (!ended)
        {
            hub.Fail("A worker waits for ever.");
            Array.ForEach(threads, thread => thread.Join());
            throw new TimeoutException($"Workers wait for each other; {string.Join(" ", failures.OfType<Exception>())}");
        }

        if (Array.Find(failures, failure => failure is not null and not OperationCanceledException) is { } first)
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }

    /// <inheritdoc/>
    public override WorkerExchange Begin(int tag, ReadOnlyMemory<byte>[] send, Memory<byte>[] receive)
    {
        BeforeExchange?.Invoke();
        for (int to = 0; to < Count; to++)
        {
            if (to != Rank)
            {
                _hub.Queue(tag, Rank, to).Add(send[to].ToArray());
            }
        }

        return new Exchange(this, tag, receive);
    }

    /// <inheritdoc/>
    public override void Gather(Span<byte> blocks, ReadOnlySpan<int> lengths)
    {
        int start = 0;
        for (int i = 0; i < Rank; i++)
        {
            start += lengths[i];
        }

        _hub.Blocks[Rank] = blocks.Slice(start, lengths[Rank]).ToArray();
        _hub.Meet();
        start = 0;
        for (int i = 0; i < Count; i++)
        {
            _hub.Blocks[i].CopyTo(blocks[start..]);
            start += lengths[i];
        }

        _hub.Meet();
    }

    /// <inheritdoc/>
    public override void Broadcast(Span<byte> data, int from)
    {
        int[] lengths = new int[Count];
        lengths[from] = data.Length;
        Gather(data, lengths);
    }

    /// <inheritdoc/>
    public override void Abort(string message) => _hub.Fail(message);

    /// <summary>Where the threads meet.</summary>
    private sealed class Hub(int count) : IDisposable
    {
        private readonly Barrier _barrier = new(count);
        private readonly CancellationTokenSource _failed = new();
        private readonly ConcurrentDictionary<(int Tag, int From, int To), BlockingCollection<byte[]>> _queues = [];

        public byte[][] Blocks { get; } = new byte[count][];

        public string? Message { get; private set; }

        public CancellationToken Token => _failed.Token;

        public BlockingCollection<byte[]> Queue(int tag, int from, int to) => _queues.GetOrAdd((tag, from, to), _ => []);

        public void Meet() => _barrier.SignalAndWait(_failed.Token);

        public void Fail(string message)
        {
            Message ??= message;
            _failed.Cancel();
        }

        public void Dispose()
        {
            _barrier.Dispose();
            _failed.Dispose();
        }
    }

    private sealed class Exchange(ThreadWorkers worker, int tag, Memory<byte>[] receive) : WorkerExchange
    {
        private readonly HashSet<int> _missing = [.. Enumerable.Range(0, worker.Count).Where(from => from != worker.Rank)];

        public override bool Poll()
        {
            foreach (int from in _missing.ToArray())
            {
                if (worker._hub.Queue(tag, from, worker.Rank).TryTake(out byte[]? block))
                {
                    Receive(from, block);
                }
            }

            return _missing.Count == 0;
        }

        public override void Wait()
        {
            foreach (int from in _missing.ToArray())
            {
                Receive(from, worker._hub.Queue(tag, from, worker.Rank).Take(worker._hub.Token));
            }
        }

        private void Receive(int from, byte[] block)
        {
            Assert(block.Length == receive[from].Length);
            block.CopyTo(receive[from]);
            _missing.Remove(from);
        }

        private static void Assert(bool holds)
        {
            if (!holds)
            {
                throw new InvalidOperationException("A block of another length was sent than was awaited.");
            }
        }
    }
}
