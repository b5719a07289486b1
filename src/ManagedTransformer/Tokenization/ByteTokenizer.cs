using System.Buffers;
using System.Text.Json;
using ManagedTransformer.Json;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// One token per byte of the UTF-8 form. Either all 256 values, the id being the value, so that any bytes are taken and kept; or those that
/// a text has, in their order, as character-level results on enwik8 count its 205 symbols.
/// </summary>
public sealed class ByteTokenizer : ITokenizer
{
    internal const string TypeName = "byte";

    private const int All = 256, NoId = -1;

    private readonly byte[] _bytes;
    private readonly int[] _ids = new int[All];

    /// <summary>All 256 values.</summary>
    public ByteTokenizer()
        : this([.. Enumerable.Range(0, All).Select(value => (byte)value)])
    {
    }

    private ByteTokenizer(byte[] bytes)
    {
        _bytes = bytes;
        Array.Fill(_ids, NoId);
        for (int id = 0; id < bytes.Length; id++)
        {
            _ids[bytes[id]] = id;
        }
    }

    /// <inheritdoc/>
    public int VocabularySize => _bytes.Length;

    /// <summary>The values that a text has.</summary>
    /// <param name="text">The training text.</param>
    /// <exception cref="InputException">The text is empty.</exception>
    public static ByteTokenizer FromText(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            throw new InputException("A vocabulary of bytes cannot be built from an empty text.");
        }

        bool[] used = new bool[All];
        foreach (byte value in text)
        {
            used[value] = true;
        }

        return new([.. Enumerable.Range(0, All).Where(value => used[value]).Select(value => (byte)value)]);
    }

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<char> text) => Encode(TokenizerText.ToUtf8(text));

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<byte> utf8)
    {
        int[] ids = new int[utf8.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = _ids[utf8[i]];
            if (ids[i] == NoId)
            {
                throw new InputException($"The byte 0x{utf8[i]:X2} at offset {i} is not in the vocabulary.");
            }
        }

        return ids;
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids) => TokenizerText.Decode(this, ids);

    /// <inheritdoc/>
    public void AppendUtf8(int id, int previous, IBufferWriter<byte> utf8)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        TokenizerText.RequireId(id, VocabularySize);
        utf8.Write([_bytes[id]]);
    }

    /// <inheritdoc/>
    public void Save(string path) => JsonFile.Write(path, json =>
    {
        json.WriteString("type", TypeName);
        if (_bytes.Length == All)
        {
            return;
        }

        json.WriteStartArray("bytes");
        foreach (byte value in _bytes)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    });

    internal static ByteTokenizer Read(JsonElement root, string path)
    {
        if (!root.TryGetProperty("bytes", out _))
        {
            return new();
        }

        JsonElement[] values = [.. JsonFile.Require(root, "bytes", JsonValueKind.Array, path).EnumerateArray()];
        if (values.Length == 0 || values.Any(value => value.ValueKind != JsonValueKind.Number || !value.TryGetByte(out _)))
        {
            throw new InputException($"The key 'bytes' in '{path}' must list numbers from 0 to 255.");
        }

        byte[] bytes = [.. values.Select(value => value.GetByte())];
        if (bytes.Distinct().Count() != bytes.Length)
        {
            throw new InputException(
                $"The key 'bytes' in '{path}' names {bytes.GroupBy(value => value).First(group => group.Count() > 1).Key} twice.");
        }

        return new(bytes);
    }
}
