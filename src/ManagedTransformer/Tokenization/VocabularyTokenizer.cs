using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ManagedTransformer.Files;
using ManagedTransformer.Json;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// A vocabulary that somebody else has made: entries in the order of their ids, some of which may stand for unknown words, for the end of a
/// line, or before every text.
/// </summary>
internal sealed class VocabularyTokenizer : ITokenizer
{
    public const string TypeName = "vocabulary";

    private const string WrittenSpace = "_";

    private static readonly string[] _unitNames = ["words", "characters", "bytes"];

    private readonly string[] _entries;
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    /// <summary>A vocabulary.</summary>
    /// <param name="entries">The entries; of equal ones the last is found.</param>
    /// <param name="units">What they stand for.</param>
    public VocabularyTokenizer(IReadOnlyList<string> entries, VocabularyUnits units)
    {
        (_entries, Units) = ([.. entries], units);
        _ids = new(StringComparer.Ordinal);
        for (int id = 0; id < _entries.Length; id++)
        {
            _ids[_entries[id]] = id;
        }

        _lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>What the entries stand for.</summary>
    public VocabularyUnits Units { get; }

    /// <summary>The id of what is not in the vocabulary; null: that is refused.</summary>
    public int? Unknown { get; init; }

    /// <summary>The id at the end of every line; null: the end of a line is white space.</summary>
    public int? EndOfLine { get; init; }

    /// <summary>The id before every text; null for none.</summary>
    public int? Start { get; init; }

    /// <summary>The entries.</summary>
    public IReadOnlyList<string> Entries => _entries;

    /// <inheritdoc/>
    public int VocabularySize => _entries.Length;

    /// <summary>Whether the first entries are the special ones of translation models (<see cref="SpecialIds"/>).</summary>
    public bool HasSpecialIds => _entries is ["<s>", "<pad>", "</s>", "<unk>", ..];

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<char> text) =>
        Units == VocabularyUnits.Bytes ? EncodeBytes(TokenizerText.ToUtf8(text)) : EncodeText(text);

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<byte> utf8)
    {
        if (Units == VocabularyUnits.Bytes)
        {
            return EncodeBytes(utf8);
        }

        Utf8Text.RequireValid(utf8, "the text");
        return EncodeText(Encoding.UTF8.GetString(utf8));
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids) => TokenizerText.Decode(this, ids);

    /// <inheritdoc/>
    public void AppendUtf8(int id, int previous, IBufferWriter<byte> utf8)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        TokenizerText.RequireId(id, VocabularySize);
        if (id == EndOfLine)
        {
            utf8.Write(previous < 0 && id == Start ? [] : "\n"u8);
            return;
        }

        switch (Units)
        {
            case VocabularyUnits.Bytes when byte.TryParse(_entries[id], NumberStyles.None, CultureInfo.InvariantCulture, out byte value):
                utf8.Write([value]);
                break;
            case VocabularyUnits.Characters:
                Encoding.UTF8.GetBytes(_entries[id] == WrittenSpace ? " " : _entries[id], utf8);
                break;
            default:
                bool isFirst = previous < 0 || previous == EndOfLine;
                Encoding.UTF8.GetBytes(isFirst ? _entries[id] : $" {_entries[id]}", utf8);
                break;
        }
    }

    /// <inheritdoc/>
    public void Save(string path) => JsonFile.Write(path, json =>
    {
        json.WriteString("type", TypeName);
        json.WriteString("units", _unitNames[(int)Units]);
        Write("unknown", Unknown);
        Write("end_of_line", EndOfLine);
        Write("start", Start);
        json.WriteStartArray("entries");
        foreach (string entry in _entries)
        {
            json.WriteStringValue(entry);
        }

        json.WriteEndArray();

        void Write(string key, int? id)
        {
            if (id is { } value)
            {
                json.WriteNumber(key, value);
            }
        }
    });

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="root">The file's object.</param>
    /// <param name="path">The file, for errors.</param>
    /// <exception cref="InputException">A key is missing or of another kind.</exception>
    public static VocabularyTokenizer Read(JsonElement root, string path)
    {
        string units = JsonFile.RequireString(root, "units", path);
        int kind = Array.IndexOf(_unitNames, units);
        if (kind < 0)
        {
            throw new InputException($"The key 'units' in '{path}' is '{units}', it must be one of {string.Join(", ", _unitNames)}.");
        }

        JsonElement[] entries = [.. JsonFile.Require(root, "entries", JsonValueKind.Array, path).EnumerateArray()];
        if (entries.Length == 0 || entries.Any(entry => entry.ValueKind != JsonValueKind.String))
        {
            throw new InputException($"The key 'entries' in '{path}' must list texts.");
        }

        return new VocabularyTokenizer([.. entries.Select(entry => entry.GetString()!)], (VocabularyUnits)kind)
        {
            Unknown = Id("unknown"),
            EndOfLine = Id("end_of_line"),
            Start = Id("start"),
        };

        int? Id(string key)
        {
            if (!root.TryGetProperty(key, out JsonElement value))
            {
                return null;
            }

            return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id) && id >= 0 && id < entries.Length
                ? id
                : throw new InputException($"The key '{key}' in '{path}' is no id of the vocabulary of {entries.Length}.");
        }
    }

    private List<int> Begin() => Start is { } start ? [start] : [];

    private int[] EncodeBytes(ReadOnlySpan<byte> bytes)
    {
        List<int> ids = Begin();
        Span<char> number = stackalloc char[3];
        foreach (byte value in bytes)
        {
            value.TryFormat(number, out int length, default, CultureInfo.InvariantCulture);
            ids.Add(_lookup.TryGetValue(number[..length], out int id) ? id
                : value == '\n' && EndOfLine is { } end ? end
                : Unknown ?? throw new InputException($"The byte 0x{value:X2} at offset {ids.Count} is not in the vocabulary."));
        }

        return [.. ids];
    }

    private int[] EncodeText(ReadOnlySpan<char> text)
    {
        List<int> ids = Begin();
        for (int i = 0; i < text.Length;)
        {
            int start = i;
            if (text[i] == '\n' && EndOfLine is { } end)
            {
                ids.Add(end);
                i++;
            }
            else if (Units == VocabularyUnits.Characters)
            {
                i += char.IsSurrogatePair(text[i], i + 1 < text.Length ? text[i + 1] : ' ') ? 2 : 1;
                ids.Add(Find(text[start] == ' ' ? WrittenSpace : text[start..i]));
            }
            else if (PythonText.IsSpace(text[i]))
            {
                i++;
            }
            else
            {
                while (i < text.Length && !PythonText.IsSpace(text[i]))
                {
                    i++;
                }

                ids.Add(Find(text[start..i]));
            }
        }

        return [.. ids];
    }

    private int Find(ReadOnlySpan<char> entry) => _lookup.TryGetValue(entry, out int id)
        ? id
        : Unknown ?? throw new InputException($"'{entry}' is not in the vocabulary.");
}
