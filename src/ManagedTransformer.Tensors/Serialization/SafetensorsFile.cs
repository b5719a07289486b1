using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ManagedTransformer.Tensors.Kernels;
using Microsoft.Win32.SafeHandles;

namespace ManagedTransformer.Tensors.Serialization;

/// <summary>
/// Reads a safetensors file (https://github.com/huggingface/safetensors): 8 bytes with the header's length, a JSON header with the name,
/// type, shape and place of every tensor, and the elements, little-endian. Opening reads the header only;
/// a tensor is read when it is asked for.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private const int ChunkBytes = 1 << 20;

    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private readonly SafetensorsHeader _header;
    private readonly Dictionary<string, SafetensorsEntry> _byName;
    private SafetensorsMap? _map;

    private SafetensorsFile(string path, SafeFileHandle handle, SafetensorsHeader header)
    {
        _path = path;
        _handle = handle;
        _header = header;
        _byName = header.Entries.ToDictionary(entry => entry.Name);
    }

    /// <summary>The strings under <c>__metadata__</c>; empty where a file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>All tensors, in the order of the header.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => _header.Entries;

    /// <summary>Opens a file and checks its header: the tensors must cover the data exactly.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is no safetensors file, damaged or truncated;
    /// the message says in one sentence what is wrong.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied, or the path is a folder.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RegularFile.Require(path);
        SafeFileHandle handle = File.OpenHandle(path);
        try
        {
            return new SafetensorsFile(path, handle, SafetensorsHeader.Read(handle, path));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Looks a tensor up.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="entry">The header's words about it.</param>
    /// <returns>True if the file has it.</returns>
    public bool TryGetEntry(string name, [NotNullWhen(true)] out SafetensorsEntry? entry) => _byName.TryGetValue(name, out entry);

    /// <summary>The elements of a floating-point tensor, row-major, as binary32: narrower types exactly, F64 rounded to nearest.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="InvalidDataException">There is no such tensor, it holds integers, it is too large for an array, or the file was
    /// truncated meanwhile.</exception>
    public float[] ReadFloats(string name)
    {
        SafetensorsEntry entry = Find(name);
        ElementConverter<float> convert = FloatConverter(entry);
        float[] values = NewArray<float>(entry);
        Read(entry, 0, values, convert);
        return values;
    }

    /// <summary>The elements of a floating-point tensor, as <see cref="ReadFloats(string)"/> gives them, in memory of the caller.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="destination">As many places as the tensor has elements.</param>
    /// <exception cref="InvalidDataException">There is no such tensor, it holds integers, or the file was truncated meanwhile.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void ReadFloats(string name, Span<float> destination)
    {
        SafetensorsEntry entry = Find(name);
        if (destination.Length != entry.Count)
        {
            throw new ArgumentException($"The tensor '{name}' has {entry.Count} elements, the span has {destination.Length}.",
                nameof(destination));
        }

        Read(entry, 0, destination, FloatConverter(entry));
    }

    /// <summary>The elements of an integer tensor, row-major; of BOOL, 0 and 1.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="InvalidDataException">There is no such tensor, it is floating-point, an element does not fit into 32 bits, it is
    /// too large for an array, or the file was truncated meanwhile.</exception>
    public int[] ReadIntegers(string name)
    {
        SafetensorsEntry entry = Find(name);
        ElementConverter<int> convert = IntegerConverter(entry);
        int[] values = NewArray<int>(entry);
        Read(entry, 0, values, convert);
        return values;
    }

    /// <summary>The elements of an integer tensor, row-major, as 64-bit integers; of BOOL, 0 and 1.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="InvalidDataException">There is no such tensor, it is floating-point, it is too large for an array, or the file was
    /// truncated meanwhile.</exception>
    public long[] ReadLongs(string name)
    {
        SafetensorsEntry entry = Find(name);
        if (entry.Type != SafetensorsType.Int64)
        {
            return Array.ConvertAll(ReadIntegers(name), value => (long)value);
        }

        long[] values = NewArray<long>(entry);
        Read(entry, 0, values, SafetensorsElements.Longs);
        return values;
    }

    /// <summary>
    /// A tensor: Float32 from the floating-point types, Int32 from the integer types and BOOL.
    /// The elements pass through a small buffer only.
    /// </summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="device">Device that gets it; default: the CPU.</param>
    /// <exception cref="InvalidDataException">There is no such tensor, it has more than <see cref="Shape.MaxRank"/> axes or an axis beyond
    /// 2^31 - 1, an integer does not fit into 32 bits, or the file was truncated meanwhile.</exception>
    public Tensor ReadTensor(string name, Device? device = null)
    {
        SafetensorsEntry entry = Find(name);
        Shape shape = TensorShape(entry);
        if (SafetensorsElements.Floats(entry.Type) is { } floats)
        {
            return Fill(Tensor.Empty(shape, DType.Float32, device), entry, floats);
        }

        // First, since of a type that nobody knows the file may say any size.
        ElementConverter<int> integers = IntegerConverter(entry);
        return Fill(Tensor.Empty(shape, DType.Int32, device), entry, integers);
    }

    /// <summary>
    /// Overwrites a tensor with the elements of a floating-point tensor, as <see cref="ReadTensor(string, Device?)"/> gives them. Of a
    /// parameter the value, not its history.
    /// </summary>
    /// <param name="name">The name in the file.</param>
    /// <param name="destination">Contiguous, Float32, with as many elements.</param>
    /// <exception cref="InvalidDataException">There is no such tensor, it holds integers, or the file was truncated meanwhile.</exception>
    /// <exception cref="ArgumentException">The destination is of another kind or size.</exception>
    public void ReadTensor(string name, Tensor destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        SafetensorsEntry entry = Find(name);
        if (destination.DType != DType.Float32 || !destination.IsContiguous || destination.Count != entry.Count)
        {
            throw new ArgumentException(
                $"The tensor '{name}' of {entry.Count} elements needs a contiguous Float32 tensor of as many, not "
                + $"{destination.DType}{destination.Shape}.",
                nameof(destination));
        }

        Fill(destination, entry, FloatConverter(entry));
    }

    /// <summary>Closes the file; parts of it that are mapped stay so as long as somebody needs them.</summary>
    public void Dispose()
    {
        _map?.Dispose();
        _handle.Dispose();
    }

    /// <summary>The file's name, for messages.</summary>
    internal string Path => _path;

    /// <summary>The file as memory; null where the system refuses.</summary>
    internal SafetensorsMap? Map() => _map ??= SafetensorsMap.TryOpen(_handle);

    /// <summary>Copies the bytes of a tensor into memory of the processor.</summary>
    internal void ReadBytes(SafetensorsEntry entry, DeviceBuffer destination)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent((int)Math.Min(ChunkBytes, entry.ByteLength));
        try
        {
            for (long done = 0; done < entry.ByteLength; done += chunk.Length)
            {
                Span<byte> bytes = chunk.AsSpan(0, (int)Math.Min(chunk.Length, entry.ByteLength - done));
                ReadBytes(entry, done, bytes);
                Device.Cpu.Write(bytes, destination with { Offset = destination.Offset + done }, 1);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private Tensor Fill<T>(Tensor tensor, SafetensorsEntry entry, ElementConverter<T> convert)
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        T[] chunk = ArrayPool<T>.Shared.Rent((int)Math.Min(ChunkBytes / size, entry.Count));
        try
        {
            for (long done = 0; done < entry.Count; done += chunk.Length)
            {
                Span<T> values = chunk.AsSpan(0, (int)Math.Min(chunk.Length, entry.Count - done));
                Read(entry, done, values, convert);
                tensor.Device.Write(MemoryMarshal.AsBytes(values), new DeviceBuffer(tensor.Storage, tensor.Offset + done), size);
            }
        }
        finally
        {
            ArrayPool<T>.Shared.Return(chunk);
        }

        tensor.Overwritten();
        return tensor;
    }

    private void Read<T>(SafetensorsEntry entry, long start, Span<T> destination, ElementConverter<T> convert)
        where T : unmanaged
    {
        int size = entry.Type.Size();
        if (SafetensorsElements.AreNative(entry.Type))
        {
            ReadBytes(entry, start * size, MemoryMarshal.AsBytes(destination));
            return;
        }

        byte[] chunk = ArrayPool<byte>.Shared.Rent((int)Math.Min(ChunkBytes, (long)destination.Length * size));
        try
        {
            int most = chunk.Length / size;
            for (int done = 0; done < destination.Length; done += most)
            {
                int count = Math.Min(most, destination.Length - done);
                Span<byte> bytes = chunk.AsSpan(0, count * size);
                ReadBytes(entry, (start + done) * size, bytes);
                convert(bytes, destination.Slice(done, count));
            }
        }
        catch (OverflowException e)
        {
            throw Refuse(entry, "holds an integer that does not fit into 32 bits", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private void ReadBytes(SafetensorsEntry entry, long position, Span<byte> destination)
    {
        // A memory map would end the process where another one truncates the file; a read tells.
        if (!_handle.TryFill(destination, entry.Offset + position))
        {
            throw Refuse(entry, "is incomplete: the file was truncated while it was read");
        }
    }

    private SafetensorsEntry Find(string name) => _byName.TryGetValue(name, out SafetensorsEntry? entry)
        ? entry
        : throw new InvalidDataException($"The safetensors file '{_path}' has no tensor {ErrorText.Quote(name)}.");

    private ElementConverter<float> FloatConverter(SafetensorsEntry entry) =>
        SafetensorsElements.Floats(entry.Type) ?? throw NotNumbers(entry, "floating-point numbers");

    private ElementConverter<int> IntegerConverter(SafetensorsEntry entry) =>
        SafetensorsElements.Integers(entry.Type) ?? throw NotNumbers(entry, "integers");

    private InvalidDataException NotNumbers(SafetensorsEntry entry, string expected) => Refuse(entry, entry.Type == SafetensorsType.Other
        ? $"has the element type {ErrorText.Quote(entry.TypeCode)}, which this library does not read as numbers"
        : $"holds {entry.TypeCode}, not {expected}");

    private T[] NewArray<T>(SafetensorsEntry entry) => entry.Count <= Array.MaxLength
        ? new T[entry.Count]
        : throw Refuse(entry, $"has {entry.Count} elements, too many for an array");

    private Shape TensorShape(SafetensorsEntry entry)
    {
        if (entry.Shape.Count > Shape.MaxRank)
        {
            throw Refuse(entry, $"has {entry.Shape.Count} axes, more than the {Shape.MaxRank} of a tensor");
        }

        if (entry.Shape.Any(size => size > int.MaxValue))
        {
            throw Refuse(entry, $"has an axis longer than the {int.MaxValue} elements of a tensor's");
        }

        return new Shape([.. entry.Shape.Select(size => (int)size)]);
    }

    private InvalidDataException Refuse(SafetensorsEntry entry, string what, Exception? inner = null) =>
        new($"In the safetensors file '{_path}' the tensor {ErrorText.Quote(entry.Name)} {what}.", inner);
}
