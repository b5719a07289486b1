using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Blocks of device memory, reused by the size classes of <see cref="NativeMemoryPool"/>. Kernels run in the order in which they are
/// queued, so a block that comes back while a kernel still uses it may be handed out at once: the next kernel runs behind that one.
/// </summary>
internal sealed class GpuMemoryPool(Accelerator accelerator, string deviceName)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Stack<MemoryBuffer1D<byte, Stride1D.Dense>>> _free = [];

    // All blocks, in use or idle. Finalisers bring blocks back: without a reference from here, a block would be finalised, and so freed,
    // together with its storage.
    private readonly HashSet<MemoryBuffer1D<byte, Stride1D.Dense>> _blocks = new(ReferenceEqualityComparer.Instance);

    // Blocks of recordings, which nobody else gets.
    private readonly Dictionary<MemoryBuffer1D<byte, Stride1D.Dense>, RecordedMemory> _recorded = new(ReferenceEqualityComparer.Instance);

    private long _allocatedBytes;

    /// <summary>Bytes taken from the device and not given back: in use or idle.</summary>
    public long AllocatedBytes => Volatile.Read(ref _allocatedBytes);

    /// <summary>The recording whose memory is asked first; null for none.</summary>
    public GpuRecording? Recording { get; set; }

    /// <summary>A block of at least the given bytes; its content is undefined.</summary>
    /// <exception cref="DeviceException">The device has no such block, not even after everything idle was given back.</exception>
    public MemoryBuffer1D<byte, Stride1D.Dense> Rent(long bytes)
    {
        long size = NativeMemoryPool.BlockSize(bytes);
        return Recording?.TryRent(size) ?? Rent(size, bytes);
    }

    /// <summary>A block of a size class that comes back to a recording.</summary>
    public MemoryBuffer1D<byte, Stride1D.Dense> RentFor(RecordedMemory memory, long size)
    {
        MemoryBuffer1D<byte, Stride1D.Dense> block = Rent(size, size);
        lock (_gate)
        {
            _recorded.Add(block, memory);
        }

        return block;
    }

    /// <summary>The recording that a block belongs to; null for none.</summary>
    public RecordedMemory? RecordedBy(MemoryBuffer1D<byte, Stride1D.Dense> block)
    {
        lock (_gate)
        {
            return _recorded.GetValueOrDefault(block);
        }
    }

    /// <summary>Ends what a recording has of its own.</summary>
    /// <param name="memory">The recording's memory.</param>
    /// <param name="idle">Blocks that nobody uses, with their sizes.</param>
    public void Forget(RecordedMemory memory, IReadOnlyList<(long Size, MemoryBuffer1D<byte, Stride1D.Dense> Block)> idle)
    {
        lock (_gate)
        {
            foreach (MemoryBuffer1D<byte, Stride1D.Dense> block in _recorded.Keys.Where(block => _recorded[block] == memory).ToArray())
            {
                _recorded.Remove(block);
            }
        }

        foreach ((long size, MemoryBuffer1D<byte, Stride1D.Dense> block) in idle)
        {
            Return(block, size);
        }
    }

    /// <summary>Takes a block back.</summary>
    /// <param name="block">From <see cref="Rent(long)"/>.</param>
    /// <param name="bytes">The size that was asked for.</param>
    public void Return(MemoryBuffer1D<byte, Stride1D.Dense> block, long bytes)
    {
        long size = NativeMemoryPool.BlockSize(bytes);
        if (RecordedBy(block)?.TryReturn(block, size) == true)
        {
            return;
        }

        lock (_gate)
        {
            if (!_free.TryGetValue(size, out Stack<MemoryBuffer1D<byte, Stride1D.Dense>>? blocks))
            {
                _free[size] = blocks = new Stack<MemoryBuffer1D<byte, Stride1D.Dense>>();
            }

            blocks.Push(block);
        }
    }

    /// <summary>Gives all idle blocks back to the device.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            foreach ((long size, Stack<MemoryBuffer1D<byte, Stride1D.Dense>> blocks) in _free)
            {
                Interlocked.Add(ref _allocatedBytes, -size * blocks.Count);
                while (blocks.TryPop(out MemoryBuffer1D<byte, Stride1D.Dense>? block))
                {
                    _blocks.Remove(block);
                    block.Dispose();
                }
            }
        }
    }

    private MemoryBuffer1D<byte, Stride1D.Dense> Rent(long size, long bytes) =>
        TryTake(size) ?? TryAllocate(size) ?? AfterCollection(size) ?? throw OutOfMemory(bytes);

    private MemoryBuffer1D<byte, Stride1D.Dense>? TryTake(long size)
    {
        lock (_gate)
        {
            if (_free.TryGetValue(size, out Stack<MemoryBuffer1D<byte, Stride1D.Dense>>? blocks)
                && blocks.TryPop(out MemoryBuffer1D<byte, Stride1D.Dense>? block))
            {
                return block;
            }
        }

        return null;
    }

    private MemoryBuffer1D<byte, Stride1D.Dense>? TryAllocate(long size)
    {
        try
        {
            MemoryBuffer1D<byte, Stride1D.Dense> block = accelerator.Allocate1D<byte>(size);
            lock (_gate)
            {
                _blocks.Add(block);
            }

            Interlocked.Add(ref _allocatedBytes, size);
            return block;
        }
        catch (Exception e) when (e is OutOfMemoryException || DriverCall.IsFailure(e))
        {
            // After a fault CUDA's driver answers every call with the fault.
            return e is CudaException { Error: not nameof(CudaError.CUDA_ERROR_OUT_OF_MEMORY) }
                ? throw DriverCall.Failure(deviceName, "allocating memory", e)
                : null;
        }
    }

    // Tensors that nothing refers to any more may hold what is missing.
    private MemoryBuffer1D<byte, Stride1D.Dense>? AfterCollection(long size)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        if (TryTake(size) is { } block)
        {
            return block;
        }

        DriverCall.Run(deviceName, "computing", accelerator.DefaultStream.Synchronize);
        Trim();
        return TryAllocate(size);
    }

    private DeviceException OutOfMemory(long bytes) => new(
        $"{deviceName} is out of memory: {Mebibytes(bytes)} were asked for, {Mebibytes(AllocatedBytes)} of its "
        + $"{Mebibytes(accelerator.MemorySize)} are in use by this process.");

    private static string Mebibytes(long bytes) => FormattableString.Invariant($"{bytes / 1048576.0:N1} MiB");
}
