using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// A CUDA or OpenCL device. Kernels are queued in one stream and run in its order; only reading memory back (and <see cref="Synchronize"/>)
/// waits for them.
/// </summary>
internal sealed class GpuDevice : Device
{
    // What every device allows; only those with shuffles are known to have larger groups.
    private const int PortableGroupSize = 256;

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
        IndexErrors = new IndexErrors(accelerator, name);
        _staging = new PageLockedStaging(accelerator);
        Use(GpuKernels.Create(this));
    }

    /// <inheritdoc/>
    public override string Description { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<MatMulPrecision> MatMulPrecisions =>
        TensorSharedBytes > 0 ? [MatMulPrecision.Float32, MatMulPrecision.Tf32, MatMulPrecision.BFloat16] : base.MatMulPrecisions;

    /// <summary>Starts kernels.</summary>
    internal KernelLauncher Launcher { get; }

    /// <summary>
    /// True if kernels may exchange registers within warps of 32 (<see cref="CudaTeam"/>); else they go through shared memory
    /// (<see cref="PlainTeam"/>).
    /// </summary>
    internal bool HasShuffles { get; }

    /// <summary>The number of multiprocessors: about as many groups of threads run at the same time.</summary>
    internal int Multiprocessors => _accelerator.NumMultiprocessors;

    /// <summary>Shared memory of a group that uses tensor cores (CUDA architecture 8.0 and later); 0: there are none.</summary>
    internal int TensorSharedBytes { get; init; }

    internal GpuMemoryPool Pool { get; }

    internal IndexErrors IndexErrors { get; }

    /// <summary>The recording that sees what is asked of this device; null for none.</summary>
    internal GpuRecording? Recording
    {
        get;
        set => field = Pool.Recording = IndexErrors.Recording = value;
    }

    /// <summary>The number of times the host has waited for memory of this device.</summary>
    internal long HostReads => Interlocked.Read(ref _hostReads);

    /// <summary>Queues a kernel.</summary>
    /// <param name="kernel">A static method without captured variables.</param>
    /// <param name="groups">Groups of threads; with none, nothing is done.</param>
    /// <param name="groupSize">Threads of a group.</param>
    /// <param name="arguments">Views and sizes.</param>
    /// <param name="dynamicSharedBytes">Dynamic shared memory of a group.</param>
    internal void Launch<TArguments>(Action<TArguments> kernel, Index3D groups, int groupSize, TArguments arguments,
        int dynamicSharedBytes = 0)
        where TArguments : struct
    {
        OperandDevice.Done();
        if (groups.LongSize == 0)
        {
            return;
        }

        if (groupSize > PortableGroupSize && !HasShuffles)
        {
            throw new ArgumentOutOfRangeException(
                nameof(groupSize),
                $"{AcceleratorLauncher.Name(kernel.Method)} wants {groupSize} threads per group; "
                + $"some devices have {PortableGroupSize}.");
        }

        var shared = dynamicSharedBytes == 0 ? default : SharedMemoryConfig.RequestDynamic<byte>(dynamicSharedBytes);
        KernelConfig config = new(groups, new Index3D(groupSize, 1, 1), shared);
        Recording?.Add(kernel, config, arguments);
        Issue(kernel, config, arguments);
    }

    /// <summary>Queues a kernel that <see cref="Launch"/> has checked before.</summary>
    internal void Issue<TArguments>(Action<TArguments> kernel, KernelConfig config, TArguments arguments)
        where TArguments : struct
    {
        try
        {
            Launcher.Launch(kernel, config, arguments);
        }
        catch (Exception e) when (DriverCall.IsFailure(e))
        {
            throw DriverCall.Failure(Name, $"starting {kernel.Method.DeclaringType!.Name}.{kernel.Method.Name}", e);
        }
    }

    /// <summary>Lets NVIDIA's driver take launches down; null on other devices, and where it cannot.</summary>
    internal CudaGraph? TryCapture(Action launches) =>
        _accelerator is CudaAccelerator accelerator && Launcher is AcceleratorLauncher launcher
            ? CudaGraph.TryCapture(accelerator, launcher, launches)
            : null;

    /// <summary>Queues a kernel for tensor cores; false where they, or so much shared memory of a group, are missing.</summary>
    internal bool TryLaunchOnTensorCores<TArguments>(
        Action<TArguments> kernel, Index3D groups, int groupSize, TArguments arguments, int dynamicSharedBytes)
        where TArguments : struct
    {
        if (dynamicSharedBytes > TensorSharedBytes)
        {
            return false;
        }

        Launch(kernel, groups, groupSize, arguments, dynamicSharedBytes);
        return true;
    }

    /// <summary>Queues a kernel whose threads stride over a number of elements (<see cref="GridStride"/>).</summary>
    internal void LaunchOver<TArguments>(Action<TArguments> kernel, long elements, TArguments arguments)
        where TArguments : struct =>
        Launch(kernel, new Index3D(GridStride.Groups(elements), 1, 1), GridStride.GroupSize, arguments);

    /// <inheritdoc/>
    public override void Synchronize()
    {
        Interlocked.Increment(ref _hostReads);
        Recording?.Refuse("the host waited for the device");
        try
        {
            IndexErrors.QueueRead();
            _accelerator.DefaultStream.Synchronize();
        }
        catch (Exception e) when (DriverCall.IsFailure(e))
        {
            throw DriverCall.Failure(Name, "computing", e);
        }

        IndexErrors.ThrowIfAny();
    }

    internal override DeviceRecording CreateRecording() => new GpuRecording(this);

    internal override Storage Allocate(long byteLength) => new GpuStorage(this, byteLength);

    internal override void Write(ReadOnlySpan<byte> source, DeviceBuffer destination, int elementSize)
    {
        ArrayView<byte> view = destination.Bytes(elementSize);
        OperandDevice.Done();
        Recording?.Refuse("the host wrote to the device's memory");
        try
        {
            _staging.Write(source, view);
        }
        catch (Exception e) when (DriverCall.IsFailure(e))
        {
            throw DriverCall.Failure(Name, "writing memory", e);
        }
    }

    internal override unsafe void Read(DeviceBuffer source, int elementSize, Span<byte> destination)
    {
        ArrayView<byte> view = source.Bytes(elementSize);
        OperandDevice.Done();
        fixed (byte* target = destination)
        {
            try
            {
                if (destination.Length > 0)
                {
                    view.SubView(0, destination.Length).CopyToCPUUnsafeAsync(_accelerator.DefaultStream, ref *target, destination.Length);
                }
            }
            catch (Exception e) when (DriverCall.IsFailure(e))
            {
                throw DriverCall.Failure(Name, "reading memory", e);
            }

            Synchronize();
        }
    }
}
