using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Device memory that a few launches share. Dispose after the last of them has been queued: kernels run in the order of the queue, so
/// whoever gets the block next comes behind them.
/// </summary>
/// <param name="device">Where.</param>
/// <param name="bytes">The sum of <see cref="Room"/> over everything that will be taken.</param>
internal sealed class DeviceScratch(GpuDevice device, long bytes) : IDisposable
{
    // The alignment that devices give a block of their own.
    private const long Alignment = 256;

    private readonly MemoryBuffer1D<byte, Stride1D.Dense>? _block = bytes > 0 ? device.Pool.Rent(bytes) : null;
    private long _taken;

    /// <summary>Bytes that an array takes.</summary>
    public static long Room<T>(long count)
        where T : unmanaged => ((count * Unsafe.SizeOf<T>()) + Alignment - 1) / Alignment * Alignment;

    /// <summary>The next array; its content is undefined.</summary>
    public ArrayView<T> Take<T>(long count)
        where T : unmanaged
    {
        if (count == 0)
        {
            return default;
        }

        long start = _taken;
        _taken += Room<T>(count);
        return _block!.View.BaseView.SubView(start, count * Unsafe.SizeOf<T>()).Cast<T>();
    }

    public void Dispose()
    {
        if (_block is not null)
        {
            device.Pool.Return(_block, bytes);
        }
    }
}
