namespace ManagedTransformer.Tensors;

/// <summary>
/// Tells the garbage collector about native memory that only finalisers return. The collector sees a small object per tensor, not its
/// megabytes; without this, a loop that drops its results would grow until a collection happens to come by.
/// </summary>
internal static class AllocationPressure
{
    private const long MinimumBudget = 64L << 20;
    private static readonly Lock _gate = new();
    private static long _live;
    private static long _sinceCollection;

    public static void Add(long bytes)
    {
        Interlocked.Add(ref _live, bytes);
        if (Interlocked.Add(ref _sinceCollection, bytes) > Math.Max(MinimumBudget, Volatile.Read(ref _live) / 2))
        {
            Collect();
        }
    }

    /// <summary>Counts memory that is free again; what was returned by hand gave the collector nothing to do.</summary>
    public static void Remove(long bytes, bool collected)
    {
        Interlocked.Add(ref _live, -bytes);
        if (!collected)
        {
            Interlocked.Add(ref _sinceCollection, -bytes);
        }
    }

    private static void Collect()
    {
        if (!_gate.TryEnter())
        {
            return; // another thread is at it
        }

        try
        {
            Volatile.Write(ref _sinceCollection, 0);
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            _gate.Exit();
        }
    }
}
