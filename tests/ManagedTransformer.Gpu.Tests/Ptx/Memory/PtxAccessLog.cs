namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// Finds data races: two threads touch one place, at least one of them writes, not both by atomics, and nothing orders them. Within a block
/// a barrier orders, within a warp also a
/// barrier of the warp; threads of two blocks are never ordered within a launch. A thread is its block's number + 1 and its own (10 bits);
/// a time counts the block's barriers and
/// (12 bits) the warp's since then. Of readers only the last is kept, and whether there were others: of its warp, of its block, or of other
/// blocks.
/// </summary>
internal static class PtxAccessLog
{
    public const int ThreadBits = 10, TimeBits = 12;
    private const uint Thread = (1u << 28) - 1, Pending = 1u << 28, Atomic = 1u << 29;
    private const uint ReaderKind = 3u << 28, ReadersOfWarp = 1u << 28, ReadersOfBlock = 2u << 28, ReadersAnywhere = 3u << 28;

    /// <summary>The thread's number in the log.</summary>
    public static uint Name(long block, int thread) => ((uint)(block % ((1 << 18) - 1)) + 1) << ThreadBits | (uint)thread;

    /// <summary>Whether anything was ever written to a place.</summary>
    public static bool IsWritten(in PtxAccessCell cell) => cell.Writer != 0;

    /// <summary>Notes an access; says what it conflicts with, or null.</summary>
    public static string? Note(ref PtxAccessCell cell, uint thread, uint time, PtxAccess access)
    {
        if (access == PtxAccess.CopyEnd)
        {
            (cell.Writer, cell.WriteTime) = (thread, time);
            return null;
        }

        if (cell.Writer != 0)
        {
            if ((cell.Writer & Pending) != 0)
            {
                return $"touches what a cp.async of {Describe(cell.Writer)} has not delivered yet (cp.async.wait_group is missing)";
            }

            bool bothAtomic = access == PtxAccess.Atomic && (cell.Writer & Atomic) != 0;
            if (!bothAtomic && !IsOrdered(cell.Writer, cell.WriteTime, thread, time))
            {
                string done = (cell.Writer & Atomic) != 0 ? "changed atomically" : "written";
                return $"{Verb(access)} what {Describe(cell.Writer)} has {done}, with nothing between that orders them";
            }
        }

        if (access == PtxAccess.Read)
        {
            NoteReader(ref cell, thread, time);
            return null;
        }

        if (cell.Reader != 0 && !AreReadersOrdered(cell, thread, time))
        {
            return $"{Verb(access)} what {Describe(cell.Reader)} has read, with nothing between that orders them";
        }

        cell.Writer = thread | (access == PtxAccess.Atomic ? Atomic : access == PtxAccess.CopyStart ? Pending : 0);
        (cell.WriteTime, cell.Reader) = (time, 0);
        return null;
    }

    private static bool IsOrdered(uint earlier, uint earlierTime, uint thread, uint time)
    {
        uint difference = (earlier & Thread) ^ thread;
        if (difference == 0)
        {
            return true;
        }

        if (difference >> ThreadBits != 0)
        {
            return false;
        }

        return earlierTime >> TimeBits < time >> TimeBits || (difference >> 5 == 0 && earlierTime < time);
    }

    private static bool AreReadersOrdered(in PtxAccessCell cell, uint thread, uint time)
    {
        uint difference = (cell.Reader & Thread) ^ thread;
        bool beforeBarrier = difference >> ThreadBits == 0 && cell.ReadTime >> TimeBits < time >> TimeBits;
        return (cell.Reader & ReaderKind) switch
        {
            0 => IsOrdered(cell.Reader, cell.ReadTime, thread, time),
            ReadersOfWarp => beforeBarrier || (difference >> 5 == 0 && cell.ReadTime < time),
            ReadersOfBlock => beforeBarrier,
            _ => false,
        };
    }

    private static void NoteReader(ref PtxAccessCell cell, uint thread, uint time)
    {
        uint kind = cell.Reader & ReaderKind, difference = (cell.Reader & Thread) ^ thread;
        if (cell.Reader == 0 || cell.Reader == thread)
        {
            kind = 0;
        }
        else if (kind == ReadersAnywhere || difference >> ThreadBits != 0)
        {
            kind = ReadersAnywhere;
        }
        else if (cell.ReadTime >> TimeBits < time >> TimeBits)
        {
            kind = 0; // earlier readers are ordered before everything that can still come from this block
        }
        else
        {
            kind = kind != ReadersOfBlock && difference >> 5 == 0 ? ReadersOfWarp : ReadersOfBlock;
        }

        (cell.Reader, cell.ReadTime) = (thread | kind, time);
    }

    private static string Verb(PtxAccess access) => access switch
    {
        PtxAccess.Read => "reads",
        PtxAccess.Atomic => "changes atomically",
        _ => "writes",
    };

    private static string Describe(uint thread) =>
        $"thread {thread & ((1 << ThreadBits) - 1)} of block {((thread & Thread) >> ThreadBits) - 1}";
}
