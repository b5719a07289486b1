using ILGPU;
using ILGPU.Runtime;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Device memory for one call. It may go back to the pool as soon as the last kernel that uses it is queued, since whoever gets it next runs behind that kernel.
/// </summary>
internal readonly struct AttentionScratch : IDisposable
{
    private readonly GpuMemoryPool _pool;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _block;
    private readonly long _bytes;

    public AttentionScratch(GpuDevice device, long count)
    {
        (_pool, _bytes) = (device.Pool, Math.Max(count, 1) * sizeof(float));
        _block = _pool.Rent(_bytes);
    }

    public ArrayView<float> Floats => _block.View.BaseView.Cast<float>();

    public ArrayView<int> Integers => _block.View.BaseView.Cast<int>();

    public void Dispose() => _pool.Return(_block, _bytes);
}
