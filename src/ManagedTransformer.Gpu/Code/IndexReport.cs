using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Report of a wrong index by a kernel: the smallest position wins, so that the report does not depend on the order of threads.
/// </summary>
internal static class IndexReport
{
    /// <summary>Nothing was wrong.</summary>
    public const ulong None = ulong.MaxValue;

    /// <summary>True if an index lies in 0 .. size - 1; reports it otherwise.</summary>
    public static bool IsValid(ArrayView<ulong> word, long position, int index, int size)
    {
        if ((uint)index < (uint)size)
        {
            return true;
        }

        Atomic.Min(ref word[0], ((ulong)position << 32) | (uint)index);
        return false;
    }

    /// <summary>The position in a report.</summary>
    public static long Position(ulong report) => (long)(report >> 32);

    /// <summary>The index in a report.</summary>
    public static int Index(ulong report) => (int)(uint)report;
}
