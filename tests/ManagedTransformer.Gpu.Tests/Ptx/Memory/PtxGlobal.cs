namespace ManagedTransformer.Gpu.Tests;

/// <summary>The memory that a launch may touch: exactly what its arguments refer to.</summary>
internal sealed unsafe class PtxGlobal
{
    private readonly List<PtxRange> _ranges = [];
    private PtxRange? _recent;

    /// <param name="allowed">Addresses and lengths; those that overlap become one range.</param>
    /// <param name="granule">Bytes that one cell of the log stands for.</param>
    public PtxGlobal(IEnumerable<(ulong Start, ulong Bytes)> allowed, int granule)
    {
        (ulong Start, ulong End) open = default;
        foreach ((ulong start, ulong bytes) in allowed.Where(range => range.Bytes > 0).OrderBy(range => range.Start))
        {
            if (start < open.End)
            {
                open.End = Math.Max(open.End, start + bytes);
                continue;
            }

            Close(open, granule);
            open = (start, start + bytes);
        }

        Close(open, granule);
    }

    /// <summary>Forgets all accesses.</summary>
    public void Release() => _ranges.ForEach(range => range.Release());

    /// <summary>Checks and notes an access.</summary>
    public byte* Locate(PtxWarp warp, int lane, ulong address, int size, PtxAccess access)
    {
        uint low = (uint)size - 1;
        if ((address & low) != 0 && (size & low) == 0)
        {
            throw warp.Fault(lane, $"touches {size} bytes at the misaligned address 0x{address:x} of global memory");
        }

        PtxRange range = _recent is { } recent && recent.Contains(address, size) ? recent : Find(warp, lane, address, size);
        if (range.Note(address, size, warp.LogName(lane), warp.Time, access) is { } conflict)
        {
            throw warp.Fault(lane, $"{conflict} (global memory, byte {address - range.Start} of {range.End - range.Start})");
        }

        return (byte*)address;
    }

    private void Close((ulong Start, ulong End) range, int granule)
    {
        if (range.End > range.Start)
        {
            _ranges.Add(new PtxRange(range.Start, range.End - range.Start, granule));
        }
    }

    private PtxRange Find(PtxWarp warp, int lane, ulong address, int size)
    {
        foreach (PtxRange range in _ranges)
        {
            if (range.Contains(address, size))
            {
                return _recent = range;
            }
        }

        throw warp.Fault(lane, $"touches {size} bytes at 0x{address:x}, outside of every buffer: {Nearest(address)}");
    }

    private string Nearest(ulong address)
    {
        if (_ranges.Count == 0)
        {
            return "it was given none";
        }

        PtxRange nearest = _ranges.MinBy(range => address < range.Start ? range.Start - address : address - range.End)!;
        return address < nearest.Start
            ? $"{nearest.Start - address} bytes before one of {nearest.End - nearest.Start}"
            : $"byte {address - nearest.Start} of one of {nearest.End - nearest.Start}";
    }
}
