using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

namespace ManagedTransformer.Tensors.Serialization;

/// <summary>
/// The JSON header of a safetensors file. Nothing in a file is believed: an accepted header describes tensors that cover the data behind it
/// exactly, without overlaps or gaps.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Bytes of the header's length, which stand before the header.</summary>
    public const int PrefixLength = sizeof(ulong);

    /// <summary>The longest header that readers of the format accept.</summary>
    public const int MaxLength = 100_000_000;

    private const int BytesPerEntry = 96, SpareBytes = 64 << 20;

    /// <summary>The key that holds the metadata; no tensor can have this name.</summary>
    public const string MetadataKey = "__metadata__";

    private readonly string _path;
    private readonly long _dataStart;

    private SafetensorsHeader(string path, long dataStart)
    {
        _path = path;
        _dataStart = dataStart;
    }

    public Dictionary<string, string> Metadata { get; } = [];

    public List<SafetensorsEntry> Entries { get; } = [];

    /// <summary>Reads and checks the header of an open file.</summary>
    /// <param name="handle">The file.</param>
    /// <param name="path">Named in errors.</param>
    /// <exception cref="InvalidDataException">Anything is wrong.</exception>
    public static SafetensorsHeader Read(SafeFileHandle handle, string path)
    {
        long fileLength = RandomAccess.GetLength(handle);
        Span<byte> prefix = stackalloc byte[PrefixLength];
        if (fileLength < prefix.Length || !handle.TryFill(prefix, 0))
        {
            throw new InvalidDataException(
                $"The file '{path}' is no safetensors file: it has {fileLength} bytes, "
                + $"fewer than the {prefix.Length} of the header's length.");
        }

        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > (ulong)(fileLength - prefix.Length))
        {
            throw new InvalidDataException(
                $"The file '{path}' is truncated or no safetensors file: its header is {headerLength} bytes long, the file {fileLength}.");
        }

        if (headerLength > MaxLength)
        {
            throw new InvalidDataException(
                $"The safetensors file '{path}' has a header of {headerLength} bytes, "
                + $"more than the {MaxLength} allowed.");
        }

        byte[] json = new byte[headerLength];
        if (!handle.TryFill(json, prefix.Length))
        {
            throw new InvalidDataException($"The safetensors file '{path}' was truncated while it was read.");
        }

        return Parse(json, fileLength, path);
    }

    /// <summary>Checks and reads the text of a header.</summary>
    /// <param name="json">The header without its length.</param>
    /// <param name="fileLength">Bytes of the whole file.</param>
    /// <param name="path">Named in errors.</param>
    /// <exception cref="InvalidDataException">Anything is wrong.</exception>
    public static SafetensorsHeader Parse(ReadOnlyMemory<byte> json, long fileLength, string path)
    {
        SafetensorsHeader header = new(path, PrefixLength + json.Length);
        if (!Utf8.IsValid(json.Span))
        {
            throw header.Refuse("has a header that is not valid UTF-8");
        }

        if (json.IsEmpty || json.Span[0] != '{')
        {
            throw header.Refuse("has a header that is not a JSON object");
        }

        try
        {
            header.RequireRoom(json);
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            header.Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw header.Refuse($"has a header that is not valid JSON: {ErrorText.FirstSentence(e.Message)}", e);
        }
        catch (InvalidOperationException e)
        {
            // A string with half of a surrogate pair is valid JSON and no text.
            throw header.Refuse("has a header with a string that is not valid Unicode", e);
        }

        header.RequireFullCover(fileLength - header._dataStart);
        return header;
    }

    // As a document an entry takes more memory than in the file: of tensors there is no need for so many.
    private void RequireRoom(ReadOnlyMemory<byte> json)
    {
        long most = ((2L * json.Length) + SpareBytes) / BytesPerEntry, entries = 0;
        Utf8JsonReader reader = new(json.Span);
        while (json.Length > most && reader.Read())
        {
            entries++;
        }

        if (entries > most)
        {
            throw Refuse($"has a header of {entries} entries, more than the {most} for one of {json.Length} bytes");
        }
    }

    private void Read(JsonElement root)
    {
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name == MetadataKey)
            {
                // The format's own reader takes null for none.
                if (property.Value.ValueKind != JsonValueKind.Null)
                {
                    ReadMetadata(property.Value);
                }
            }
            else
            {
                Entries.Add(ReadEntry(property.Name, property.Value));
            }
        }
    }

    private void ReadMetadata(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw Refuse($"has a {MetadataKey} that is not a JSON object");
        }

        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
            {
                throw Refuse($"has metadata under {ErrorText.Quote(property.Name)} that is not a string");
            }

            Metadata.Add(property.Name, property.Value.GetString()!);
        }
    }

    private SafetensorsEntry ReadEntry(string name, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw Refuse(name, "is not described by a JSON object");
        }

        if (!json.TryGetProperty("dtype", out JsonElement dtype) || dtype.ValueKind != JsonValueKind.String)
        {
            throw Refuse(name, "has no 'dtype' that is a string");
        }

        string code = dtype.GetString()!;
        long[] shape = ReadNumbers(name, json, "shape");
        long[] offsets = ReadNumbers(name, json, "data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1])
        {
            throw Refuse(name, "has 'data_offsets' that are not a begin and an end");
        }

        long count = 1;
        long bytes = offsets[1] - offsets[0];
        try
        {
            foreach (long size in shape)
            {
                count = checked(count * size);
            }

            // Of a type that nothing is known of the file alone tells the size.
            if (SafetensorsTypeExtensions.Bits(code) is { } bits)
            {
                bytes = ByteLength(count, bits)
                    ?? throw Refuse(name, $"has {count} elements of {bits} bits, which do not fill whole bytes");
            }
        }
        catch (OverflowException e)
        {
            throw Refuse(name, "has a shape whose size overflows", e);
        }

        if (bytes != offsets[1] - offsets[0])
        {
            throw Refuse(name,
                $"needs {bytes} bytes for {code} [{ErrorText.Sizes(shape)}] but its 'data_offsets' span {offsets[1] - offsets[0]}");
        }

        if (offsets[1] > long.MaxValue - _dataStart)
        {
            throw Refuse(name, "has 'data_offsets' beyond the end of the file");
        }

        return new SafetensorsEntry(name, code, shape, count, _dataStart + offsets[0], bytes);
    }

    private static long? ByteLength(long count, int bits)
    {
        if (bits % 8 == 0)
        {
            return checked(count * (bits / 8));
        }

        long all = checked(count * bits);
        return all % 8 == 0 ? all / 8 : null;
    }

    private long[] ReadNumbers(string name, JsonElement json, string key)
    {
        if (!json.TryGetProperty(key, out JsonElement array) || array.ValueKind != JsonValueKind.Array)
        {
            throw Refuse(name, $"has no '{key}' that is an array");
        }

        long[] numbers = new long[array.GetArrayLength()];
        int count = 0;
        foreach (JsonElement element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out long number) || number < 0)
            {
                throw Refuse(name, $"has a '{key}' with something else than whole numbers of 0 or more");
            }

            numbers[count++] = number;
        }

        return numbers;
    }

    private void RequireFullCover(long dataLength)
    {
        long end = _dataStart;
        foreach (SafetensorsEntry entry in Entries.OrderBy(entry => entry.Offset).ThenBy(entry => entry.ByteLength))
        {
            if (entry.Offset != end)
            {
                throw Refuse(entry.Name,
                    entry.Offset < end ? "overlaps another tensor" : $"leaves a gap of {entry.Offset - end} bytes before it");
            }

            end += entry.ByteLength;
            if (end - _dataStart > dataLength)
            {
                throw Refuse(entry.Name, $"ends {end - _dataStart - dataLength} bytes beyond the end of the file");
            }
        }

        if (end - _dataStart < dataLength)
        {
            throw Refuse($"has {dataLength - (end - _dataStart)} bytes that belong to no tensor");
        }
    }

    private InvalidDataException Refuse(string what, Exception? inner = null) => new($"The safetensors file '{_path}' {what}.", inner);

    private InvalidDataException Refuse(string name, string what, Exception? inner = null) =>
        new($"In the safetensors file '{_path}' the tensor {ErrorText.Quote(name)} {what}.", inner);
}
