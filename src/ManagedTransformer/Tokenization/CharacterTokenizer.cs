using System.Buffers;
using System.Text;
using System.Text.Json;
using ManagedTransformer.Json;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// One token per Unicode code point. Ids follow the order of the code points, whatever the order in which the text has them.
/// </summary>
public sealed class CharacterTokenizer : ITokenizer
{
    internal const string TypeName = "char";

    private readonly Rune[] _characters;
    private readonly Dictionary<Rune, int> _ids;

    private CharacterTokenizer(Rune[] characters)
    {
        _characters = characters;
        _ids = new(characters.Length);
        foreach (Rune character in characters)
        {
            _ids.TryAdd(character, _ids.Count);
        }
    }

    /// <inheritdoc/>
    public int VocabularySize => _characters.Length;

    /// <summary>The vocabulary of a text.</summary>
    /// <param name="utf8">The training text in UTF-8.</param>
    /// <exception cref="InputException">The text is empty or not valid UTF-8.</exception>
    public static CharacterTokenizer FromText(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            throw new InputException("A character vocabulary cannot be built from an empty text.");
        }

        var characters = new HashSet<Rune>();
        for (int offset = 0, length; offset < utf8.Length; offset += length)
        {
            characters.Add(TokenizerText.ReadRune(utf8, offset, out length));
        }

        return new([.. characters.Order()]);
    }

    /// <summary>The vocabulary of a text.</summary>
    /// <param name="text">The training text.</param>
    /// <exception cref="InputException">The text is empty.</exception>
    public static CharacterTokenizer FromText(ReadOnlySpan<char> text) => FromText(TokenizerText.ToUtf8(text));

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<char> text) => Encode(TokenizerText.ToUtf8(text));

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<byte> utf8)
    {
        int[] ids = new int[utf8.Length];
        int count = 0;
        for (int offset = 0, length; offset < utf8.Length; offset += length)
        {
            Rune character = TokenizerText.ReadRune(utf8, offset, out length);
            if (!_ids.TryGetValue(character, out ids[count++]))
            {
                throw Unknown(utf8, offset, character);
            }
        }

        return count == ids.Length ? ids : ids[..count];
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids) => TokenizerText.Decode(this, ids);

    /// <inheritdoc/>
    public void AppendUtf8(int id, int previous, IBufferWriter<byte> utf8)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        TokenizerText.RequireId(id, VocabularySize);
        Span<byte> bytes = stackalloc byte[4];
        utf8.Write(bytes[.._characters[id].EncodeToUtf8(bytes)]);
    }

    /// <inheritdoc/>
    public void Save(string path) => JsonFile.Write(path, json =>
    {
        json.WriteString("type", TypeName);
        json.WriteString("characters", string.Concat(_characters));
    });

    internal static CharacterTokenizer Read(JsonElement root, string path)
    {
        Rune[] characters = [.. JsonFile.RequireString(root, "characters", path).EnumerateRunes()];
        if (characters.Length == 0)
        {
            throw new InputException($"The key 'characters' in '{path}' is empty.");
        }

        if (characters.Distinct().Count() != characters.Length)
        {
            throw new InputException(
                $"The key 'characters' in '{path}' names "
                + $"{TokenizerText.Name(characters.GroupBy(c => c).First(g => g.Count() > 1).Key)} twice.");
        }

        return new(characters);
    }

    private static InputException Unknown(ReadOnlySpan<byte> utf8, int offset, Rune character)
    {
        int line = utf8[..offset].Count((byte)'\n') + 1;
        return new($"The character {TokenizerText.Name(character)} at byte offset {offset}, line {line}, is not in the vocabulary.");
    }
}
