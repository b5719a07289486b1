using System.Runtime.InteropServices;

namespace ManagedTransformer.Tensors;

/// <summary>A block of host memory: a pooled one, aligned to 64 bytes, or a part of a file that is mapped for reading.</summary>
internal sealed unsafe class HostStorage : Storage
{
    private const int RecentCount = 64;

    [ThreadStatic]
    private static HostStorage?[]? _recent;

    [ThreadStatic]
    private static int _next;

    private readonly SafeBuffer? _mapping;
    private byte* _block;

    public HostStorage(HostDevice device, long byteLength)
        : base(device, byteLength) => _block = HostDevice.Pool.Rent(byteLength);

    /// <summary>A part of a mapped file, which stays mapped at least as long as this storage lives. It must not be written.</summary>
    /// <param name="device">The processor.</param>
    /// <param name="mapping">The whole file.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="byteLength">Bytes, within the file.</param>
    public HostStorage(HostDevice device, SafeBuffer mapping, long offset, long byteLength)
        : base(device, byteLength)
    {
        byte* start = null;
        mapping.AcquirePointer(ref start);
        _mapping = mapping;
        _block = start + offset;
    }

    /// <summary>Whether the bytes are those of a file.</summary>
    public bool IsMapped => _mapping is not null;

    /// <summary>
    /// The block. A kernel computes on the bare address while nothing else may refer to the storage, so the last few storages whose address
    /// a thread asked for stay referenced: the finaliser cannot take the block away under a running kernel.
    /// </summary>
    public byte* Pointer
    {
        get
        {
            ThrowIfReleased();
            HostStorage?[] recent = _recent ??= new HostStorage?[RecentCount];
            recent[_next++ & (RecentCount - 1)] = this;
            return _block;
        }
    }

    protected override bool TryExchangeMemory(long byteLength)
    {
        if (_mapping is not null)
        {
            return false;
        }

        // The pool's blocks have few sizes.
        if (byteLength == 0 || _block is null || NativeMemoryPool.BlockSize(byteLength) != NativeMemoryPool.BlockSize(ByteLength))
        {
            FreeMemory();
            _block = byteLength == 0 ? null : HostDevice.Pool.Rent(byteLength);
        }

        return true;
    }

    protected override void FreeMemory()
    {
        if (_mapping is not null)
        {
            _mapping.ReleasePointer();
        }
        else if (_block is not null)
        {
            HostDevice.Pool.Return(_block, ByteLength);
        }
    }
}
