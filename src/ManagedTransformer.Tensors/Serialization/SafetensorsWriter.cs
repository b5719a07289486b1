using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Serialization;

/// <summary>Writes safetensors files, which <see cref="SafetensorsFile"/> describes and reads.</summary>
public static class SafetensorsWriter
{
    private const int ChunkBytes = 1 << 20;
    private static readonly UTF8Encoding _strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Writes tensors in the given order (Float32 as F32, BFloat16 as BF16, Int32 as I32; behind them the scales and then the integers of
    /// matrices of Int8 and Int4, <see cref="SafetensorsWeights"/>) and flushes the file to the disk. The header is padded with spaces so
    /// that the elements begin at a multiple of 8 bytes. Elements pass through a buffer of 1 MiB, whatever the size of the tensors.
    /// </summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="tensors">The tensors under distinct names. A tensor that is not contiguous is copied while it is written.</param>
    /// <param name="metadata">Strings for the header's <c>__metadata__</c>; null or empty for none.</param>
    /// <param name="atomic">
    /// True: writes to a temporary sibling and renames it at the end, so that a reader sees the old file or the new one, never a part.
    /// </param>
    /// <exception cref="ArgumentException">A name is repeated, is <c>__metadata__</c> or is not valid Unicode,
    /// or the header exceeds 100 MB.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied.</exception>
    public static void Write(string path, IEnumerable<(string Name, Tensor Tensor)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null, bool atomic = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        (string Name, Tensor Tensor)[] all = Plain([.. tensors]);
        byte[] header = Header(all, metadata);
        if (!atomic)
        {
            WriteFile(path, header, all);
            return;
        }

        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            WriteFile(temporary, header, all);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    // Matrices of integers as two tensors each; the integers of all follow one another, so that those of a packed matrix do.
    private static (string Name, Tensor Tensor)[] Plain((string Name, Tensor Tensor)[] tensors)
    {
        (string Name, Tensor Tensor)[] integers = Array.FindAll(tensors, named => named.Tensor.DType.IsQuantized());
        return integers.Length == 0
            ? tensors
            :
            [
                .. tensors.Where(named => !named.Tensor.DType.IsQuantized()),
                .. integers.Select(named => (named.Name + SafetensorsWeights.ScaleSuffix, named.Tensor.QuantizedScales())),
                .. integers.Select(named => (named.Name, named.Tensor.QuantizedCodes())),
            ];
    }

    private static void WriteFile(string path, byte[] header, (string Name, Tensor Tensor)[] tensors)
    {
        using NoGradientScope _ = new();
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(header);
        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            foreach ((string _, Tensor tensor) in tensors)
            {
                WriteElements(file, tensor.Contiguous(), chunk.AsSpan(0, ChunkBytes));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }

        file.Flush(flushToDisk: true);
    }

    private static void WriteElements(FileStream file, Tensor tensor, Span<byte> chunk)
    {
        int size = tensor.DType.Size();
        int most = chunk.Length / size;
        for (long done = 0; done < tensor.Count; done += most)
        {
            int count = (int)Math.Min(most, tensor.Count - done);
            Span<byte> bytes = chunk[..(count * size)];
            tensor.Device.Read(new DeviceBuffer(tensor.Storage, tensor.Offset + done), size, bytes);
            if (!BitConverter.IsLittleEndian)
            {
                Reverse(bytes, size);
            }

            WriteChunk(file, bytes);
        }
    }

    private static void WriteChunk(FileStream file, ReadOnlySpan<byte> bytes)
    {
        try
        {
            file.Write(bytes);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // How .NET reports a limit on file sizes (ulimit -f, 4 GiB on FAT).
            throw new IOException($"The file '{file.Name}' is larger than the file system or a limit of the system allows.", e);
        }
    }

    private static void Reverse(Span<byte> bytes, int size)
    {
        if (size == sizeof(ushort))
        {
            Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
            BinaryPrimitives.ReverseEndianness(halves, halves);
        }
        else
        {
            Span<uint> words = MemoryMarshal.Cast<byte, uint>(bytes);
            BinaryPrimitives.ReverseEndianness(words, words);
        }
    }

    /// <summary>The header with its length before it and its padding behind it.</summary>
    private static byte[] Header((string Name, Tensor Tensor)[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        ArrayBufferWriter<byte> buffer = new();
        // Names read as they are: nobody puts them into HTML.
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                WriteMetadata(json, metadata);
            }

            HashSet<string> names = [];
            long offset = 0;
            foreach ((string name, Tensor tensor) in tensors)
            {
                if (name == SafetensorsHeader.MetadataKey || !names.Add(name))
                {
                    throw new ArgumentException(
                        $"A safetensors file cannot hold a tensor named '{name}'{(names.Contains(name) ? " twice" : "")}.",
                        nameof(tensors));
                }

                offset = WriteEntry(json, name, tensor, offset);
            }

            json.WriteEndObject();
        }

        int length = (buffer.WrittenCount + 7) & ~7;
        if (length > SafetensorsHeader.MaxLength)
        {
            throw new ArgumentException(
                $"The header of a safetensors file can have {SafetensorsHeader.MaxLength} bytes; these tensors need {length}.",
                nameof(tensors));
        }

        byte[] header = new byte[SafetensorsHeader.PrefixLength + length];
        BinaryPrimitives.WriteInt64LittleEndian(header, length);
        buffer.WrittenSpan.CopyTo(header.AsSpan(SafetensorsHeader.PrefixLength));
        header.AsSpan(SafetensorsHeader.PrefixLength + buffer.WrittenCount).Fill((byte)' ');
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach ((string key, string value) in metadata)
        {
            json.WriteString(_strictUtf8.GetBytes(key), _strictUtf8.GetBytes(value));
        }

        json.WriteEndObject();
    }

    private static long WriteEntry(Utf8JsonWriter json, string name, Tensor tensor, long offset)
    {
        long end = offset + (tensor.Count * tensor.DType.Size());
        json.WriteStartObject(_strictUtf8.GetBytes(name));
        json.WriteString("dtype", SafetensorsTypeExtensions.Of(tensor.DType).Code());
        json.WriteStartArray("shape");
        foreach (int size in tensor.Shape.ToArray())
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
        return end;
    }
}
