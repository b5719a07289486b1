using ManagedTransformer.Tensors;

namespace ManagedTransformer.Fuzz;

/// <summary>
/// The most memory that is in use at a time, beside what was in use before: objects that something still needs, and memory of tensors.
/// </summary>
internal sealed class MemoryWatch : IDisposable
{
    private const int Interval = 10;

    private readonly ManualResetEventSlim _isOver = new();
    private readonly long _before;
    private readonly Thread _thread;
    private long _most;

    /// <summary>Begins to look.</summary>
    public MemoryWatch()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        HostDevice.Pool.Trim();
        _before = Used();
        _thread = new Thread(() =>
        {
            do
            {
                Look();
            }
            while (!_isOver.Wait(Interval));
        });
        _thread.Start();
    }

    /// <summary>The most bytes so far, at least 1.</summary>
    public long Most()
    {
        Look();
        return Math.Max(1, Interlocked.Read(ref _most));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver.Set();
        _thread.Join();
        _isOver.Dispose();
    }

    private static long Used() => GC.GetTotalMemory(forceFullCollection: false) + HostDevice.Pool.AllocatedBytes;

    private void Look()
    {
        GC.Collect();
        long used = Used() - _before;
        if (used > Interlocked.Read(ref _most))
        {
            Interlocked.Exchange(ref _most, used);
        }
    }
}
