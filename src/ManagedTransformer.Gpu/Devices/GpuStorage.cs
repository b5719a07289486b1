using ILGPU;
using ILGPU.Runtime;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Gpu;

/// <summary>A pooled block of device memory.</summary>
internal sealed class GpuStorage : Storage
{
    private const int RecentCount = 64;

    [ThreadStatic]
    private static Storage?[]? _recent;

    [ThreadStatic]
    private static int _next;

    private readonly GpuMemoryPool _pool;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense>? _block;

    public GpuStorage(GpuDevice device, long byteLength)
        : base(device, byteLength)
    {
        _pool = device.Pool;
        _block = _pool.Rent(byteLength);
    }

    /// <summary>
    /// The block. Between taking a view and queueing the kernel nothing else may refer to the storage, so the last few whose view a thread
    /// asked for stay referenced: the finaliser cannot give the block to somebody else before the kernel is queued. What is queued behind
    /// it comes later anyway.
    /// </summary>
    public ArrayView<byte> View
    {
        get
        {
            ThrowIfReleased();
            OperandDevice.Require(Device);
            Storage?[] recent = _recent ??= new Storage?[RecentCount];
            recent[_next++ & (RecentCount - 1)] = this;
            _pool.Recording?.Use(this, _block!);
            return _block!.View.BaseView;
        }
    }

    protected override void FreeMemory()
    {
        if (_block is not null)
        {
            _pool.Return(_block, ByteLength);
        }
    }
}
