using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// Persistent background threads that share the chunks of one job at a time with the thread that asks.
/// </summary>
/// <remarks>
/// Handing a job over costs about a microsecond while the threads are awake: they watch one word for a short while after each job and only
/// then park. Nothing is allocated per job. Chunks are claimed one by one, so a slow thread does not hold up the others; callers cut the
/// work by shape only, which makes results independent of the number of threads.
/// A job that starts inside a chunk, or while another thread's job is under way, runs on the thread that started it.
/// </remarks>
internal sealed unsafe class WorkerPool : IDisposable
{
    private static readonly long _spinTicks = Stopwatch.Frequency / 5_000;

    [ThreadStatic] private static bool _insideChunk;

    private readonly SemaphoreSlim _wake = new(0);
    private readonly SemaphoreSlim _done = new(0);
    private readonly List<Thread> _workers = [];
    private int _threads = Environment.ProcessorCount;
    private int _busy;
    private int _parked;
    private int _callerParked;
    private bool _dismissed;
    private Exception? _failure;

    // The job under way. A worker that claims a chunk has read these before its claim,
    // and the claim succeeds only if the job is still the same.
    private void* _job;
    private delegate*<void*, int, void> _execute;
    private int _chunks;
    private WorkerCounters _counters;

    /// <summary>The pool that the kernels use.</summary>
    public static WorkerPool Shared { get; } = new();

    /// <summary>
    /// Threads that work on a job, the caller's included: at least 1; 1 runs everything on the caller's thread. Set it while no job runs.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Threads
    {
        get => Volatile.Read(ref _threads);
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            var wait = new SpinWait();
            while (Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
            {
                wait.SpinOnce();
            }

            try
            {
                Volatile.Write(ref _threads, value);
                if (_workers.Count >= value)
                {
                    DismissWorkers();
                }
            }
            finally
            {
                Volatile.Write(ref _busy, 0);
            }
        }
    }

    /// <summary>Executes chunks 0 to <paramref name="chunks"/> - 1 of the job and returns when all are done.</summary>
    /// <remarks>After a chunk has thrown, chunks that nobody has started are skipped, and the first exception is rethrown here.</remarks>
    public void Run<TJob>(int chunks, ref TJob job) where TJob : unmanaged, IWorkerJob
    {
        if (chunks <= 1 || _threads == 1 || _insideChunk || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (int chunk = 0; chunk < chunks; chunk++)
            {
                job.Execute(chunk);
            }

            return;
        }

        Exception? failure;
        try
        {
            while (_workers.Count < _threads - 1)
            {
                StartWorker();
            }

            fixed (TJob* address = &job)
            {
                RunShared(address, &Execute<TJob>, chunks);
            }
        }
        finally
        {
            failure = _failure;
            _failure = null;
            Volatile.Write(ref _busy, 0);
        }

        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Ends the threads. No job may be under way.</summary>
    public void Dispose()
    {
        Threads = 1;
        _wake.Dispose();
        _done.Dispose();
    }

    private static void Execute<TJob>(void* job, int chunk) where TJob : unmanaged, IWorkerJob => ((TJob*)job)->Execute(chunk);

    private void RunShared(void* job, delegate*<void*, int, void> execute, int chunks)
    {
        _job = job;
        _execute = execute;
        _chunks = chunks;
        Volatile.Write(ref _counters.Pending, chunks);
        long number = (_counters.Ticket >> 32) + 1;
        Interlocked.Exchange(ref _counters.Ticket, number << 32 | (uint)chunks);

        Wake(Math.Min(chunks, _threads) - 1);
        ExecuteChunks();
        AwaitPending();
    }

    /// <summary>Claims and executes chunks until none is left.</summary>
    private void ExecuteChunks()
    {
        _insideChunk = true;
        while (true)
        {
            long ticket = Volatile.Read(ref _counters.Ticket);
            int unclaimed = (int)ticket;
            if (unclaimed == 0)
            {
                break;
            }

            void* job = _job;
            delegate*<void*, int, void> execute = _execute;
            int chunk = _chunks - unclaimed;
            if (Interlocked.CompareExchange(ref _counters.Ticket, ticket - 1, ticket) != ticket)
            {
                continue;
            }

            if (Volatile.Read(ref _failure) is null)
            {
                ExecuteChunk(job, execute, chunk);
            }

            if (Interlocked.Decrement(ref _counters.Pending) == 0
                && Volatile.Read(ref _callerParked) == 1 && Interlocked.Exchange(ref _callerParked, 0) == 1)
            {
                _done.Release();
            }
        }

        _insideChunk = false;
    }

    private void ExecuteChunk(void* job, delegate*<void*, int, void> execute, int chunk)
    {
#pragma warning disable CA1031 // Whatever a chunk throws is rethrown on the caller's thread.
        try
        {
            execute(job, chunk);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, exception, null);
        }
#pragma warning restore CA1031
    }

    private void AwaitPending()
    {
        if (SpinUntil(static pool => Volatile.Read(ref pool._counters.Pending) == 0))
        {
            return;
        }

        while (Volatile.Read(ref _counters.Pending) != 0)
        {
            Interlocked.Exchange(ref _callerParked, 1);
            // A permit is on its way unless the flag is still ours to take back.
            if (Volatile.Read(ref _counters.Pending) != 0 || Interlocked.Exchange(ref _callerParked, 0) == 0)
            {
                _done.Wait();
            }
        }
    }

    private void StartWorker()
    {
        var thread = new Thread(Work) { IsBackground = true, Name = "ManagedTransformer worker" };
        _workers.Add(thread);
        thread.Start();
    }

    private void Work()
    {
        while (!Volatile.Read(ref _dismissed))
        {
            ExecuteChunks();
            if (!SpinUntil(static pool => pool.HasUnclaimedChunks))
            {
                Park();
            }
        }
    }

    private bool HasUnclaimedChunks => (int)Volatile.Read(ref _counters.Ticket) != 0;

    /// <summary>
    /// Sleeps until a job or dismissal. Whoever takes one off the number of parked threads also leaves one permit for them.
    /// </summary>
    private void Park()
    {
        Interlocked.Increment(ref _parked);
        bool needed = HasUnclaimedChunks || Volatile.Read(ref _dismissed);
        if (!needed || TakeParked(1) == 0)
        {
            _wake.Wait();
        }
    }

    private void Wake(int count)
    {
        int taken = TakeParked(count);
        if (taken > 0)
        {
            _wake.Release(taken);
        }
    }

    private int TakeParked(int count)
    {
        while (true)
        {
            int parked = Volatile.Read(ref _parked);
            int taken = Math.Min(parked, count);
            if (taken <= 0)
            {
                return 0;
            }

            if (Interlocked.CompareExchange(ref _parked, parked - taken, parked) == parked)
            {
                return taken;
            }
        }
    }

    /// <summary>
    /// Ends all workers: were some to stay, they could take the permits that wake the others. The next job starts as many as it needs.
    /// </summary>
    private void DismissWorkers()
    {
        Volatile.Write(ref _dismissed, true);
        Interlocked.MemoryBarrier();
        Wake(int.MaxValue);
        foreach (Thread worker in _workers)
        {
            worker.Join();
        }

        _workers.Clear();
        Volatile.Write(ref _dismissed, false);
    }

    /// <summary>
    /// Watches for a condition for a fifth of a millisecond, about as long as the gaps between the kernels of a training step; with more
    /// threads than cores a single look, since watching keeps another from working.
    /// </summary>
    private bool SpinUntil(Func<WorkerPool, bool> condition)
    {
        long end = _threads <= Environment.ProcessorCount ? Stopwatch.GetTimestamp() + _spinTicks : 0;
        do
        {
            if (condition(this))
            {
                return true;
            }

            Thread.SpinWait(1);
        }
        while (Stopwatch.GetTimestamp() < end);
        return false;
    }
}
