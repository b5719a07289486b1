using System.Runtime.InteropServices;
using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

/// <summary>A place where tensors live and operators compute. Other devices than the CPU come from <see cref="Devices"/>.</summary>
public abstract class Device
{
    // Elements that are copied at a time.
    private const int Piece = 1 << 26;

    private KernelSet? _kernels;

    private protected Device(string name) => Name = name;

    /// <summary>The processor's SIMD units, through managed code.</summary>
    public static Device Cpu { get; } = new HostDevice("cpu", CpuKernels.Create());

    /// <summary>
    /// A device whose tensors have shapes but neither memory nor values: a module that is made there costs next to nothing, however large
    /// it is, and tells the names and shapes of its parameters. Values written to such a tensor are dropped; reading it, or computing
    /// with it, throws an <see cref="InvalidOperationException"/>.
    /// </summary>
    public static Device Shapes { get; } = new ShapeDevice();

    /// <summary>
    /// The device of new tensors that no operand and no argument places: that of the innermost <see cref="DeviceScope"/> on this thread,
    /// else the CPU.
    /// </summary>
    public static Device Current => DeviceScope.Current ?? Cpu;

    /// <summary>A short name, for instance <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string Name { get; }

    /// <summary>Description for people: for instance a graphics card's name and memory.</summary>
    public abstract string Description { get; }

    /// <summary>True if the device's memory is the host's: reading it waits for nothing.</summary>
    public virtual bool IsHost => false;

    /// <summary>True if tensors there hold values; false for <see cref="Shapes"/> only.</summary>
    public virtual bool HasValues => true;

    /// <summary>The precisions of matrix products that the device has, the default first.</summary>
    public virtual IReadOnlyList<MatMulPrecision> MatMulPrecisions { get; } = [MatMulPrecision.Float32];

    /// <summary>
    /// The precision of matrix products from now on, where no <see cref="MatMulPrecisionScope"/> says otherwise.
    /// </summary>
    /// <exception cref="ArgumentException">The device does not have it.</exception>
    public MatMulPrecision MatMulPrecision
    {
        get;
        set => field = MatMulPrecisions.Contains(value)
            ? value
            : throw new ArgumentException($"{Name} multiplies matrices in {string.Join(", ", MatMulPrecisions)}, not in {value}.",
                nameof(value));
    }

    internal KernelSet Kernels => _kernels ?? throw NoValues();

    /// <summary>
    /// Waits until everything that was asked of the device is done. Reading a tensor waits by itself.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A kernel met an index outside its axis since the last wait.</exception>
    public abstract void Synchronize();

    /// <summary>The device's name.</summary>
    public override string ToString() => Name;

    /// <summary>The exception where the operands of an operator are on two devices.</summary>
    internal static InvalidOperationException Mixed(string first, string second) => first == Shapes.Name || second == Shapes.Name
        ? NoValues()
        : new($"The operands of an operator must be on one device; they are on {first} and on {second}. Move one with To(device).");

    /// <summary>The exception where values are asked of a device that has none.</summary>
    internal static InvalidOperationException NoValues() => new(
        $"Tensors on the device \"{Shapes.Name}\" have shapes but no values: a module that was made there tells what its parameters are, "
        + "it cannot compute. Make it on another device to use it.");

    /// <summary>Computes with other kernels from now on, for instance the same ones behind a clock.</summary>
    internal void Use(KernelSet kernels) => _kernels = kernels;

    /// <summary>A recording that has seen nothing yet; null where the device has none, as the CPU, which would gain nothing.</summary>
    internal virtual DeviceRecording? CreateRecording() => null;

    internal abstract Storage Allocate(long byteLength);

    internal abstract void Write(ReadOnlySpan<byte> source, DeviceBuffer destination, int elementSize);

    internal abstract void Read(DeviceBuffer source, int elementSize, Span<byte> destination);

    /// <summary>Copies elements from the host, in pieces, since a span of bytes ends at 2 GiB.</summary>
    internal unsafe void WriteElements<T>(ReadOnlySpan<T> source, DeviceBuffer destination, int piece = Piece)
        where T : unmanaged
    {
        for (int done = 0, length; done < source.Length; done += length)
        {
            length = Math.Min(piece, source.Length - done);
            Write(MemoryMarshal.AsBytes(source.Slice(done, length)), destination with { Offset = destination.Offset + done }, sizeof(T));
        }
    }

    /// <summary>Copies elements to the host, in pieces.</summary>
    internal unsafe void ReadElements<T>(DeviceBuffer source, Span<T> destination, int piece = Piece)
        where T : unmanaged
    {
        for (int done = 0, length; done < destination.Length; done += length)
        {
            length = Math.Min(piece, destination.Length - done);
            Read(source with { Offset = source.Offset + done }, sizeof(T), MemoryMarshal.AsBytes(destination.Slice(done, length)));
        }
    }
}
