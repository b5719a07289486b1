namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// Guesses whether a matrix that is read once, from start to end, still lies in the last cache: from the bytes of other such matrices read
/// since. A wrong guess costs speed only: asking for data ahead makes memory faster and caches slower.
/// </summary>
internal static unsafe class StreamHistory
{
    /// <summary>Bytes that are taken to stay in the last cache.</summary>
    private const long CacheBytes = 16 << 20;

    private const int Entries = 1024;

    // Written without locks: an entry that two threads write at once is one more wrong guess.
    private static readonly (nint Start, long Streamed)[] _last = new (nint, long)[Entries];
    private static long _streamed;

    /// <summary>Notes that a matrix of so many bytes is about to be read, and tells whether it is likely to be in a cache.</summary>
    public static bool IsNear(void* start, long bytes)
    {
        long streamed = Volatile.Read(ref _streamed) + bytes;
        Volatile.Write(ref _streamed, streamed);
        ref (nint Start, long Streamed) last = ref _last[((nuint)start >> 6) * 0x9E3779B97F4A7C15 >> 54];
        bool isNear = last.Start == (nint)start && streamed - last.Streamed <= CacheBytes;
        last = ((nint)start, streamed);
        return isNear;
    }
}
