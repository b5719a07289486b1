using Block = ILGPU.Runtime.MemoryBuffer1D<byte, ILGPU.Stride1D.Dense>;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The memory of a recording: what is rented while a pass is recorded, kept from everybody else, so that its launches can write there
/// again. Within a pass blocks are used over and over as in the pool. The second pass gets for every request the block of the first one,
/// so that equal work has equal addresses.
/// </summary>
internal sealed class RecordedMemory(GpuMemoryPool pool)
{
    private readonly Lock _gate = new();
    private readonly List<(long Size, Block Block)> _rents = [], _idle = [];
    private int _next;
    private bool _isSecond, _isClosed;

    /// <summary>Whether a block was rented in a pass.</summary>
    public bool Owns(Block block) => pool.RecordedBy(block) == this;

    /// <summary>Begins a pass.</summary>
    public void Begin(bool isSecond) => (_isSecond, _next) = (isSecond, 0);

    /// <summary>A block of this memory; null where the second pass asks for something else than the first.</summary>
    public Block? TryRent(long size)
    {
        lock (_gate)
        {
            if (!_isSecond)
            {
                int found = _idle.FindLastIndex(idle => idle.Size == size);
                Block block = found >= 0 ? _idle[found].Block : pool.RentFor(this, size);
                if (found >= 0)
                {
                    _idle.RemoveAt(found);
                }

                _rents.Add((size, block));
                return block;
            }

            return _next < _rents.Count && _rents[_next] is var rent && rent.Size == size && _idle.Remove(rent)
                ? _rents[_next++].Block
                : null;
        }
    }

    /// <summary>Takes a block back that somebody has used; false where the pool has it again.</summary>
    public bool TryReturn(Block block, long size)
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                _idle.Add((size, block));
            }

            return !_isClosed;
        }
    }

    /// <summary>Gives everything back to the pool; what is in use goes there when it comes back.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            pool.Forget(this, _idle);
            _idle.Clear();
        }
    }
}
