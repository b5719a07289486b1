using ILGPU;
using ILGPU.Runtime;

namespace ManagedTransformer.Gpu;

/// <summary>
/// A ring of page-locked host memory through which small writes go to the device without waiting for what is queued there: a batch of
/// tokens is on its way while the last step still runs. Only when the ring is full, or the write larger than it, the host waits.
/// </summary>
internal sealed unsafe class PageLockedStaging(Accelerator accelerator)
{
    private const int Size = 8 << 20, Alignment = 256;
    private readonly Lock _gate = new();
    private PageLockedArray1D<byte>? _ring;
    private int _next;

    /// <summary>Queues a copy to the device; the source may change as soon as the call is back.</summary>
    public void Write(ReadOnlySpan<byte> source, ArrayView<byte> destination)
    {
        if (source.IsEmpty)
        {
            return;
        }

        lock (_gate)
        {
            if (source.Length > Size)
            {
                // The source must stay where it is until the driver has read it.
                fixed (byte* start = source)
                {
                    Copy(source, destination);
                    accelerator.DefaultStream.Synchronize();
                }

                return;
            }

            _ring ??= accelerator.AllocatePageLocked1D<byte>(Size);
            if (_next + source.Length > Size)
            {
                accelerator.DefaultStream.Synchronize();
                _next = 0;
            }

            Span<byte> slot = _ring.Span.Slice(_next, source.Length);
            source.CopyTo(slot);
            Copy(slot, destination);
            _next = (_next + source.Length + Alignment - 1) / Alignment * Alignment;
        }
    }

    private void Copy(ReadOnlySpan<byte> source, ArrayView<byte> destination)
    {
        fixed (byte* start = source)
        {
            destination.SubView(0, source.Length).CopyFromCPUUnsafeAsync(accelerator.DefaultStream, ref *start, source.Length);
        }
    }
}
