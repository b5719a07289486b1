using System.Buffers;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Global memory that a kernel may touch.</summary>
/// <param name="start">Its address.</param>
/// <param name="bytes">Its length.</param>
/// <param name="granule">Bytes that one cell of the log stands for.</param>
internal sealed class PtxRange(ulong start, ulong bytes, int granule)
{
    private readonly ulong _origin = start & ~15UL;
    private readonly int _shift = System.Numerics.BitOperations.Log2((uint)granule);
    private PtxAccessCell[]? _cells;

    public ulong Start => start;

    public ulong End => start + bytes;

    public bool Contains(ulong address, int size) => address >= start && address + (uint)size <= start + bytes;

    /// <summary>Forgets all accesses.</summary>
    public void Release()
    {
        if (_cells is not null)
        {
            ArrayPool<PtxAccessCell>.Shared.Return(_cells);
            _cells = null;
        }
    }

    /// <summary>Notes an access; says what it conflicts with, or null.</summary>
    public string? Note(ulong address, int size, uint thread, uint time, PtxAccess access)
    {
        _cells ??= Rent((int)((start + bytes - _origin) >> _shift) + 1);
        int last = (int)((address + (uint)size - 1 - _origin) >> _shift);
        for (int i = (int)((address - _origin) >> _shift); i <= last; i++)
        {
            if (PtxAccessLog.Note(ref _cells[i], thread, time, access) is { } conflict)
            {
                return conflict;
            }
        }

        return null;
    }

    // A launch may have large buffers and touch little: new memory for each would cost more than the launch.
    private static PtxAccessCell[] Rent(int count)
    {
        PtxAccessCell[] cells = ArrayPool<PtxAccessCell>.Shared.Rent(count);
        Array.Clear(cells, 0, count);
        return cells;
    }
}
