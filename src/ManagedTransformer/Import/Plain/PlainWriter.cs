using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Import.Plain;

/// <summary>Writes safetensors files with the types that tensors of the library do not have: F64 and I64 beside F32.</summary>
internal static class PlainWriter
{
    private const int Alignment = 8;

    /// <summary>Writes tensors one behind the other.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors, with distinct names.</param>
    /// <param name="source">Gets notes about values that are no numbers.</param>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    public static void Write(string path, IReadOnlyList<PlainTensor> tensors, ImportSource source)
    {
        using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(Header(tensors));
        foreach (PlainTensor tensor in tensors)
        {
            file.Write(Elements(tensor, source));
        }

        file.Flush(flushToDisk: true);
    }

    private static ReadOnlySpan<byte> Elements(PlainTensor tensor, ImportSource source)
    {
        switch (tensor.TypeCode)
        {
            case "F64":
                double[] wide = TensorReader.Doubles(tensor.Tensor, tensor.Name);
                Check(Array.FindIndex(wide, value => !double.IsFinite(value)));
                return LittleEndian(MemoryMarshal.Cast<double, long>(wide.AsSpan()));
            case "F32":
                float[] narrow = TensorReader.Floats(tensor.Tensor, tensor.Name);
                Check(Array.FindIndex(narrow, value => !float.IsFinite(value)));
                return LittleEndian(MemoryMarshal.Cast<float, int>(narrow.AsSpan()));
            default:
                return LittleEndian(TensorReader.Integers(tensor.Tensor, tensor.Name).AsSpan());
        }

        void Check(int place)
        {
            if (place >= 0)
            {
                source.Note($"The tensor '{tensor.Name}' holds a value that is no finite number, at element {place}.");
            }
        }
    }

    private static ReadOnlySpan<byte> LittleEndian(Span<long> values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(values, values);
        }

        return MemoryMarshal.AsBytes(values);
    }

    private static ReadOnlySpan<byte> LittleEndian(Span<int> values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(values, values);
        }

        return MemoryMarshal.AsBytes(values);
    }

    private static byte[] Header(IReadOnlyList<PlainTensor> tensors)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            long offset = 0;
            foreach (PlainTensor tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.TypeCode);
                json.WriteStartArray("shape");
                foreach (long size in tensor.Tensor.Sizes)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.ByteLength);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        int length = (buffer.WrittenCount + Alignment - 1) / Alignment * Alignment;
        byte[] header = new byte[sizeof(long) + length];
        BinaryPrimitives.WriteInt64LittleEndian(header, length);
        buffer.WrittenSpan.CopyTo(header.AsSpan(sizeof(long)));
        header.AsSpan(sizeof(long) + buffer.WrittenCount).Fill((byte)' ');
        return header;
    }
}
