using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>
/// One execution of a case's script on one device: hands out inputs, the same ones on every device, and outputs that are read back at the
/// end. Outputs start out as NaN, and they lie between guard zones, so that a kernel that reads what it should overwrite or writes too far
/// is found.
/// </summary>
/// <param name="device">Device that runs it.</param>
/// <param name="omissions">Kernels that the device leaves out; null if none.</param>
internal sealed class KernelRun(Device device, ILaunchOmissions? omissions = null) : IDisposable
{
    /// <summary>Every byte of memory that nobody has written: NaN as Float32 or BFloat16, -1 as Int32.</summary>
    public const byte Poison = 0xFF;

    // In elements. Larger than the widest vector, and a multiple of it, so that offset 0 is aligned.
    private const int Guard = 64;

    private static readonly ConcurrentDictionary<ulong, float[]> _units = [];
    private readonly List<Storage> _storages = [];
    private readonly List<Func<KernelOutput?>> _outputs = [];
    private ulong _draws;

    public KernelSet Kernels => device.Kernels;

    /// <summary>Random numbers, uniform in [low, high).</summary>
    public DeviceBuffer Numbers(long count, float low = -1, float high = 1, int offset = 0) => Values(Draw(count, low, high), offset);

    /// <summary>Random whole numbers low .. high - 1 as Float32: many of them are equal.</summary>
    public DeviceBuffer WholeNumbers(long count, int low, int high, int offset = 0) =>
        Values(Array.ConvertAll(Draw(count, low, high), MathF.Floor), offset);

    /// <summary>Rows of random quarters in [-0.5, 0.5] whose first number is a level instead: products of such rows are exact.</summary>
    public DeviceBuffer Levels(long count, int width, float level, int offset = 0)
    {
        float[] values = Array.ConvertAll(Draw(count, -2, 3), value => MathF.Floor(value) / 4);
        for (int i = 0; i < values.Length; i += width)
        {
            values[i] = level;
        }

        return Values(values, offset);
    }

    /// <summary>Random indices 0 .. limit - 1.</summary>
    public DeviceBuffer Indices(long count, int limit, int offset = 0) =>
        Integers(Array.ConvertAll(Draw(count, 0, limit), value => Math.Min((int)value, limit - 1)), offset);

    /// <summary>Given numbers.</summary>
    public DeviceBuffer Values(ReadOnlySpan<float> values, int offset = 0) => Place(MemoryMarshal.AsBytes(values), DType.Float32, offset);

    /// <summary>Given integers.</summary>
    public DeviceBuffer Integers(ReadOnlySpan<int> values, int offset = 0) => Place(MemoryMarshal.AsBytes(values), DType.Int32, offset);

    /// <summary>Given bit patterns of BFloat16.</summary>
    public DeviceBuffer Halves(ReadOnlySpan<ushort> values, int offset = 0) => Place(MemoryMarshal.AsBytes(values), DType.BFloat16, offset);

    /// <summary>Given bytes.</summary>
    public DeviceBuffer Bytes(ReadOnlySpan<byte> values, int offset = 0) => Place(values, DType.Int8, offset);

    /// <summary>Memory for results, compared afterwards.</summary>
    public DeviceBuffer Output(string label, long count, Tolerance tolerance, int offset = 0, DType dtype = DType.Float32)
    {
        byte[] poison = new byte[count * dtype.Size()];
        Array.Fill(poison, Poison);
        return Compared(label, Place(poison, dtype, offset), count, tolerance, dtype);
    }

    /// <summary>Memory that holds an input and then a result, compared afterwards.</summary>
    public DeviceBuffer Compared(string label, DeviceBuffer buffer, long count, Tolerance tolerance, DType dtype = DType.Float32)
    {
        _outputs.Add(() =>
        {
            if (omissions?.Concern(buffer) == true)
            {
                return null;
            }

            byte[] bytes = new byte[(count + (2 * Guard)) * dtype.Size()];
            device.Read(buffer with { Offset = buffer.Offset - Guard }, dtype.Size(), bytes);
            return new KernelOutput(label, dtype, tolerance, bytes, Guard * dtype.Size());
        });
        return buffer;
    }

    /// <summary>Memory for results that the contract leaves open.</summary>
    public DeviceBuffer Scratch(long count) => Place(new byte[count * sizeof(float)], DType.Float32, 0);

    /// <summary>Calls a kernel that must throw; a 1 goes among the results if it does.</summary>
    public void Throws<TException>(string label, Action call) where TException : Exception
    {
        float thrown = 0;
        try
        {
            call();
            device.Synchronize(); // a device that computes later also fails later
        }
        catch (TException)
        {
            thrown = 1;
        }

        Compared($"{label} throws {typeof(TException).Name}", Values([thrown]), 1, Tolerance.Exact);
        if (omissions?.HaveBegun == true)
        {
            _outputs[^1] = () => null;
        }
    }

    /// <summary>Reads all results back, in the order in which they were declared; null for those that omissions concern.</summary>
    public List<KernelOutput?> ReadOutputs() => _outputs.ConvertAll(read => read());

    public void Dispose() => _storages.ForEach(storage => storage.Release());

    private float[] Draw(long count, float low, float high)
    {
        float[] values = new float[count], units = Units(_draws++, count);
        for (long i = 0; i < count; i++)
        {
            values[i] = low + ((high - low) * units[i]);
        }

        return values;
    }

    // All scripts draw the same numbers in [0, 1), as many of them as they need.
    private static float[] Units(ulong draw, long count)
    {
        if (_units.TryGetValue(draw, out float[]? known) && known.LongLength >= count)
        {
            return known;
        }

        var key = new RandomKey(1, draw);
        float[] units = new float[count];
        for (long i = 0; i < count; i++)
        {
            units[i] = ReferenceRandomKernels.Unit(key, i);
        }

        _units[draw] = units;
        return units;
    }

    private DeviceBuffer Place(ReadOnlySpan<byte> content, DType dtype, int offset)
    {
        int lead = (Guard + offset) * dtype.Size();
        byte[] bytes = new byte[lead + content.Length + (Guard * dtype.Size())];
        Array.Fill(bytes, Poison);
        content.CopyTo(bytes.AsSpan(lead));
        Storage storage = device.Allocate(bytes.Length);
        _storages.Add(storage);
        device.Write(bytes, new DeviceBuffer(storage, 0), 1);
        return new DeviceBuffer(storage, Guard + offset);
    }
}
