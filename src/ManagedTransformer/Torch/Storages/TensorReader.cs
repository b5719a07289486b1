using System.Buffers;
using System.Buffers.Binary;

namespace ManagedTransformer.Torch.Storages;

/// <summary>Reads the elements of tensors, row-major.</summary>
internal static class TensorReader
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Elements as binary32: narrower types exactly, binary64 to nearest.</summary>
    /// <param name="tensor">A tensor of floating-point numbers.</param>
    /// <param name="name">Its name for messages.</param>
    /// <exception cref="InvalidDataException">It holds integers, is too large for an array, the file is damaged, or a finite number
    /// becomes infinite.</exception>
    public static float[] Floats(TorchTensor tensor, string name)
    {
        if (!tensor.Type.IsFloat())
        {
            throw new InvalidDataException($"the tensor '{name}' holds {tensor.Type.Name()} instead of floating-point numbers.");
        }

        float[] values = new float[Length(tensor, name)];
        switch (tensor.Type)
        {
            case TorchType.Float64:
                ForEach(tensor, name, (bytes, i) =>
                {
                    double value = BinaryPrimitives.ReadDoubleLittleEndian(bytes);
                    values[i] = (float)value;
                    if (float.IsInfinity(values[i]) && double.IsFinite(value))
                    {
                        throw new InvalidDataException($"the tensor '{name}' holds {value}, which is too large for float32.");
                    }
                });
                break;
            case TorchType.Float16:
                ForEach(tensor, name, (bytes, i) => values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes));
                break;
            case TorchType.BFloat16:
                ForEach(tensor, name, (bytes, i) =>
                    values[i] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16));
                break;
            default:
                ForEach(tensor, name, (bytes, i) => values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes));
                break;
        }

        return values;
    }

    /// <summary>Elements as binary64.</summary>
    /// <param name="tensor">A tensor of binary64.</param>
    /// <param name="name">Its name for messages.</param>
    /// <exception cref="InvalidDataException">It is too large for an array, or the file is damaged.</exception>
    public static double[] Doubles(TorchTensor tensor, string name)
    {
        double[] values = new double[Length(tensor, name)];
        ForEach(tensor, name, (bytes, i) => values[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes));
        return values;
    }

    /// <summary>Elements as 64-bit integers; true is 1.</summary>
    /// <param name="tensor">A tensor of integers or truth values.</param>
    /// <param name="name">Its name for messages.</param>
    /// <exception cref="InvalidDataException">It holds other elements, is too large for an array, or the file is damaged.</exception>
    public static long[] Integers(TorchTensor tensor, string name)
    {
        long[] values = new long[Length(tensor, name)];
        Action<ReadOnlySpan<byte>, int> read = tensor.Type switch
        {
            TorchType.Int64 => (bytes, i) => values[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes),
            TorchType.Int32 => (bytes, i) => values[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes),
            TorchType.Int16 => (bytes, i) => values[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes),
            TorchType.Int8 => (bytes, i) => values[i] = (sbyte)bytes[0],
            TorchType.UInt8 => (bytes, i) => values[i] = bytes[0],
            TorchType.Boolean => (bytes, i) => values[i] = bytes[0] == 0 ? 0 : 1,
            _ => throw new InvalidDataException($"the tensor '{name}' holds {tensor.Type.Name()} instead of integers."),
        };
        ForEach(tensor, name, read);
        return values;
    }

    private static int Length(TorchTensor tensor, string name) => tensor.Count <= Array.MaxLength
        ? (int)tensor.Count
        : throw new InvalidDataException($"the tensor '{name}' of the shape {tensor.Shape()} has too many elements for an array.");

    private static void ForEach(TorchTensor tensor, string name, Action<ReadOnlySpan<byte>, int> read)
    {
        if (tensor.Count == 0)
        {
            return;
        }

        int size = tensor.Type.Size();
        if (tensor.IsContiguous)
        {
            ForEachInOrder(tensor, size, read);
            return;
        }

        // The elements between the first and the last; never more than the file has.
        long reach = tensor.Reach * size;
        if (reach > Array.MaxLength)
        {
            throw new InvalidDataException($"the tensor '{name}' of the shape {tensor.Shape()} is spread over {reach} bytes, too many.");
        }

        byte[] bytes = new byte[reach];
        tensor.Storage.Read(tensor.Offset * size, bytes, size);
        int rank = tensor.Sizes.Count;
        long[] index = new long[rank];
        long place = 0;
        for (int i = 0; i < tensor.Count; i++)
        {
            read(bytes.AsSpan((int)(place * size), size), i);
            for (int axis = rank - 1; axis >= 0; axis--)
            {
                place += tensor.Strides[axis];
                if (++index[axis] < tensor.Sizes[axis])
                {
                    break;
                }

                place -= index[axis] * tensor.Strides[axis];
                index[axis] = 0;
            }
        }
    }

    private static void ForEachInOrder(TorchTensor tensor, int size, Action<ReadOnlySpan<byte>, int> read)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent((int)Math.Min(ChunkBytes, tensor.Count * size));
        try
        {
            int most = chunk.Length / size;
            for (long done = 0; done < tensor.Count; done += most)
            {
                int count = (int)Math.Min(most, tensor.Count - done);
                Span<byte> bytes = chunk.AsSpan(0, count * size);
                tensor.Storage.Read((tensor.Offset + done) * size, bytes, size);
                for (int i = 0; i < count; i++)
                {
                    read(bytes.Slice(i * size, size), (int)done + i);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }
}
