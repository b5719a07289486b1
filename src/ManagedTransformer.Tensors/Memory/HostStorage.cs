namespace ManagedTransformer.Tensors;

/// <summary>A pooled, 64-byte aligned block of host memory.</summary>
internal sealed unsafe class HostStorage : Storage
{
    private const int RecentCount = 64;

    [ThreadStatic]
    private static Storage?[]? _recent;

    [ThreadStatic]
    private static int _next;

    private readonly byte* _block;

    public HostStorage(HostDevice device, long byteLength)
        : base(device, byteLength) => _block = HostDevice.Pool.Rent(byteLength);

    /// <summary>
    /// The block. A kernel computes on the bare address while nothing else may refer to the storage, so the last few storages whose address
    /// a thread asked for stay referenced: the finaliser cannot take the block away under a running kernel.
    /// </summary>
    public byte* Pointer
    {
        get
        {
            ThrowIfReleased();
            Storage?[] recent = _recent ??= new Storage?[RecentCount];
            recent[_next++ & (RecentCount - 1)] = this;
            return _block;
        }
    }

    protected override void FreeMemory()
    {
        if (_block is not null)
        {
            HostDevice.Pool.Return(_block, ByteLength);
        }
    }
}
