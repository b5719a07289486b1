using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ManagedTransformer.Tensors.Serialization;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManagedTransformer.Torch.Storages;

/// <summary>Reads the elements of tensors, row-major.</summary>
internal static class TensorReader
{
    private const int ChunkBytes = 1 << 20;

    // From elements as the file has them, little-endian, to as many values.
    private delegate void Converter<T>(ReadOnlySpan<byte> source, Span<T> destination);

    private delegate T Element<T>(ReadOnlySpan<byte> source);

    /// <summary>Elements as binary32: narrower types exactly, binary64 to nearest.</summary>
    /// <param name="tensor">A tensor of floating-point numbers.</param>
    /// <param name="name">Its name for messages.</param>
    /// <exception cref="InvalidDataException">It holds integers, is too large for an array, the file is damaged, or a finite number
    /// becomes infinite.</exception>
    public static float[] Floats(TorchTensor tensor, string name) => Read<float>(tensor, name, tensor.Type switch
    {
        SafetensorsType.Float32 when BitConverter.IsLittleEndian => null,
        SafetensorsType.Float32 => Each(BinaryPrimitives.ReadSingleLittleEndian, sizeof(float)),
        SafetensorsType.Float64 => Each(source => Narrowed(BinaryPrimitives.ReadDoubleLittleEndian(source), name), sizeof(double)),
        SafetensorsType.Float16 when BitConverter.IsLittleEndian => (source, destination) =>
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(source), destination),
        SafetensorsType.Float16 => Each(source => (float)BinaryPrimitives.ReadHalfLittleEndian(source), sizeof(ushort)),
        SafetensorsType.BFloat16 => Each(
            source => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(source) << 16), sizeof(ushort)),
        _ => throw new InvalidDataException($"the tensor '{name}' holds {tensor.Type.Name()} instead of floating-point numbers."),
    });

    /// <summary>Elements as binary64.</summary>
    /// <param name="tensor">A tensor of binary64.</param>
    /// <param name="name">Its name for messages.</param>
    /// <exception cref="InvalidDataException">It is too large for an array, or the file is damaged.</exception>
    public static double[] Doubles(TorchTensor tensor, string name) => Read(
        tensor, name, BitConverter.IsLittleEndian ? null : Each(BinaryPrimitives.ReadDoubleLittleEndian, sizeof(double)));

    /// <summary>Elements as 64-bit integers; true is 1.</summary>
    /// <param name="tensor">A tensor of integers or truth values.</param>
    /// <param name="name">Its name for messages.</param>
    /// <exception cref="InvalidDataException">It holds other elements, is too large for an array, or the file is damaged.</exception>
    public static long[] Integers(TorchTensor tensor, string name) => Read(tensor, name, tensor.Type switch
    {
        SafetensorsType.Int64 => Each(BinaryPrimitives.ReadInt64LittleEndian, sizeof(long)),
        SafetensorsType.Int32 => Each<long>(source => BinaryPrimitives.ReadInt32LittleEndian(source), sizeof(int)),
        SafetensorsType.Int16 => Each<long>(source => BinaryPrimitives.ReadInt16LittleEndian(source), sizeof(short)),
        SafetensorsType.Int8 => Each<long>(source => (sbyte)source[0], 1),
        SafetensorsType.UInt8 => Each<long>(source => source[0], 1),
        SafetensorsType.Boolean => Each(source => source[0] == 0 ? 0L : 1, 1),
        _ => throw new InvalidDataException($"the tensor '{name}' holds {tensor.Type.Name()} instead of integers."),
    });

    private static float Narrowed(double value, string name) => (float)value is var narrow && float.IsInfinity(narrow)
        && double.IsFinite(value)
        ? throw new InvalidDataException($"the tensor '{name}' holds {value}, which is too large for float32.")
        : narrow;

    private static Converter<T> Each<T>(Element<T> convert, int size) => (source, destination) =>
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = convert(source[(i * size)..]);
        }
    };

    // Without a converter values are in memory as in the file.
    private static T[] Read<T>(TorchTensor tensor, string name, Converter<T>? convert)
        where T : unmanaged
    {
        if (tensor.Count > Array.MaxLength)
        {
            throw new InvalidDataException($"the tensor '{name}' of the shape {tensor.Shape()} has too many elements for an array.");
        }

        int size = tensor.Type.Size();
        T[] values = new T[tensor.Count];
        byte[] chunk = convert is null ? [] : new byte[(int)Math.Min(ChunkBytes, tensor.Count * size)];
        StridedElements? strided = tensor.IsContiguous ? null : new StridedElements(tensor, name);
        for (long done = 0; done < values.Length; done += ChunkBytes / size)
        {
            Span<T> part = values.AsSpan((int)done, (int)Math.Min(ChunkBytes / size, values.Length - done));
            Span<byte> bytes = convert is null ? MemoryMarshal.AsBytes(part) : chunk.AsSpan(0, part.Length * size);
            if (strided is null)
            {
                tensor.Storage.Read((tensor.Offset + done) * size, bytes, size);
            }
            else
            {
                strided.Next(bytes);
            }

            convert?.Invoke(bytes, part);
        }

        return values;
    }
}
