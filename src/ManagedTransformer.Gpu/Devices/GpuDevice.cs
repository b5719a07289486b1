using ILGPU;
using ILGPU.Runtime;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// A CUDA or OpenCL device. Kernels are queued in one stream and run in its order; only reading memory back (and <see cref="Synchronize"/>) waits for them.
/// </summary>
public sealed class GpuDevice : Device
{
    // What every device with tensor cores for Float32 operands has.
    private const int LeastTensorSharedBytes = 99 << 10;

    private readonly Accelerator _accelerator;
    private readonly PageLockedStaging _staging;
    private long _hostReads;

    internal GpuDevice(string name, string description, Accelerator accelerator, KernelLauncher launcher, bool hasShuffles)
        : base(name)
    {
        (Description, _accelerator, Launcher, HasShuffles) = (description, accelerator, launcher, hasShuffles);
        TensorSharedBytes = hasShuffles ? LeastTensorSharedBytes : 0;
        Pool = new GpuMemoryPool(accelerator, name);
        IndexErrors = new IndexErrors(accelerator);
        _staging = new PageLockedStaging(accelerator);
        Use(GpuKernels.Create(this));
    }

    /// <inheritdoc/>
    public override string Description { get; }

    /// <summary>How tensor cores multiply Float32 matrices from now on.</summary>
    public MatMulPrecision MatMulPrecision { get; set; }

    /// <summary>Starts kernels.</summary>
    internal KernelLauncher Launcher { get; }

    /// <summary>Whether kernels may exchange registers within warps of 32 (<see cref="CudaGroup"/>); else they go through shared memory (<see cref="PlainGroup"/>).</summary>
    internal bool HasShuffles { get; }

    /// <summary>How many groups of threads are at work at the same time, roughly.</summary>
    internal int Multiprocessors => _accelerator.NumMultiprocessors;

    /// <summary>Shared memory of a group that uses tensor cores (CUDA architecture 8.0 and later); 0: there are none.</summary>
    internal int TensorSharedBytes { get; init; }

    internal GpuMemoryPool Pool { get; }

    internal IndexErrors IndexErrors { get; }

    /// <summary>How often the host has waited for memory of this device.</summary>
    internal long HostReads => Interlocked.Read(ref _hostReads);

    /// <summary>Queues a kernel.</summary>
    /// <param name="kernel">A static method without captured variables.</param>
    /// <param name="groups">Groups of threads; with none, nothing is done.</param><param name="groupSize">Threads of a group.</param>
    /// <param name="arguments">Views and sizes.</param><param name="dynamicSharedBytes">Dynamic shared memory of a group.</param>
    internal void Launch<TArguments>(Action<TArguments> kernel, Index3D groups, int groupSize, TArguments arguments, int dynamicSharedBytes = 0)
        where TArguments : struct
    {
        if (groups.Size == 0)
        {
            return;
        }

        var shared = dynamicSharedBytes == 0 ? default : SharedMemoryConfig.RequestDynamic<byte>(dynamicSharedBytes);
        Launcher.Launch(kernel, new KernelConfig(groups, new Index3D(groupSize, 1, 1), shared), arguments);
    }

    /// <summary>Queues a kernel whose threads stride over a number of elements (<see cref="GridStride"/>).</summary>
    internal void LaunchOver<TArguments>(Action<TArguments> kernel, long elements, TArguments arguments)
        where TArguments : struct =>
        Launch(kernel, new Index3D(GridStride.Groups(elements), 1, 1), GridStride.GroupSize, arguments);

    /// <inheritdoc/>
    public override unsafe void Synchronize()
    {
        Interlocked.Increment(ref _hostReads);
        IndexErrors.QueueRead();
        _accelerator.DefaultStream.Synchronize();
        IndexErrors.ThrowIfAny();
    }

    internal override Storage Allocate(long byteLength) => new GpuStorage(this, byteLength);

    internal override void Write(ReadOnlySpan<byte> source, DeviceBuffer destination, int elementSize) =>
        _staging.Write(source, destination.Bytes(elementSize));

    internal override unsafe void Read(DeviceBuffer source, int elementSize, Span<byte> destination)
    {
        ArrayView<byte> view = source.Bytes(elementSize);
        fixed (byte* target = destination)
        {
            if (destination.Length > 0)
            {
                view.SubView(0, destination.Length).CopyToCPUUnsafeAsync(_accelerator.DefaultStream, ref *target, destination.Length);
            }

            Synchronize();
        }
    }
}
