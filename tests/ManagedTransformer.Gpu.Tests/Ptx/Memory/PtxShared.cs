namespace ManagedTransformer.Gpu.Tests;

/// <summary>A block's shared memory, with a log of who touched what. What nobody has written holds NaN.</summary>
internal sealed unsafe class PtxShared(int bytes, int granule)
{
    private readonly byte[] _data = GC.AllocateArray<byte>(bytes + 16, pinned: true);
    private readonly PtxAccessCell[] _cells = new PtxAccessCell[(bytes / granule) + 16];
    private readonly int _shift = System.Numerics.BitOperations.Log2((uint)granule);

    public int Bytes => bytes;

    public void Clear()
    {
        Array.Fill(_data, byte.MaxValue);
        Array.Clear(_cells);
    }

    /// <summary>Where an address lies; notes the access.</summary>
    public byte* Locate(PtxWarp warp, int lane, ulong address, int size, PtxAccess access)
    {
        // The sizes of accesses are powers of two.
        if ((address & ((uint)size - 1)) != 0)
        {
            throw warp.Fault(lane, $"touches {size} bytes at the misaligned address {address} of shared memory");
        }

        if (address + (uint)size > (ulong)bytes)
        {
            throw warp.Fault(lane, $"touches {size} bytes at {address}, outside of its {bytes} bytes of shared memory");
        }

        uint thread = warp.LogName(lane), time = warp.Time;
        int last = (int)(address + (uint)size - 1) >> _shift;
        for (int i = (int)address >> _shift; i <= last; i++)
        {
            ref PtxAccessCell cell = ref _cells[i];
            if (access == PtxAccess.Read && !PtxAccessLog.IsWritten(cell))
            {
                throw warp.Fault(lane, $"reads shared memory at {address}, which nothing has been written to");
            }

            if (PtxAccessLog.Note(ref cell, thread, time, access) is { } conflict)
            {
                throw warp.Fault(lane, $"{conflict} (shared memory at {address})");
            }
        }

        return (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _data[0]) + address;
    }
}
