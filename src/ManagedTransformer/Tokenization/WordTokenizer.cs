using System.Buffers;
using System.Text;
using System.Text.Json;
using ManagedTransformer.Files;
using ManagedTransformer.Json;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// One token per word between white space, and <c>&lt;eos&gt;</c> for every newline, as for WikiText. Id 0 is <c>&lt;unk&gt;</c>, id 1
/// <c>&lt;eos&gt;</c>; the words follow by falling frequency, those of the same frequency in ordinal order.
/// Decoding puts one space between words.
/// </summary>
public sealed class WordTokenizer : ITokenizer
{
    /// <summary>The token of words outside the vocabulary.</summary>
    public const string Unknown = "<unk>";

    /// <summary>The token at the end of a line.</summary>
    public const string EndOfLine = "<eos>";

    /// <summary>The id of <see cref="Unknown"/>.</summary>
    public const int UnknownId = 0;

    /// <summary>The id of <see cref="EndOfLine"/>.</summary>
    public const int EndOfLineId = 1;

    internal const string TypeName = "word";

    private readonly string[] _words;
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    private WordTokenizer(string[] words)
    {
        _words = words;
        _ids = new(words.Length, StringComparer.Ordinal);
        foreach (string word in words)
        {
            _ids.TryAdd(word, _ids.Count);
        }

        _lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <inheritdoc/>
    public int VocabularySize => _words.Length;

    /// <summary>The vocabulary of a text.</summary>
    /// <param name="text">The training text.</param>
    /// <param name="minimumCount">How often a word must occur, at least 1.</param>
    /// <param name="maximumSize">The most ids, the two special ones included; at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument lies outside its range.</exception>
    public static WordTokenizer FromText(ReadOnlySpan<char> text, int minimumCount = 1, int maximumSize = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumSize, 2);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int position = 0; TryReadWord(text, ref position, out ReadOnlySpan<char> word);)
        {
            lookup.TryGetValue(word, out int count);
            lookup[word] = count + 1;
        }

        IEnumerable<string> words = counts
            .Where(w => w.Value >= minimumCount && w.Key is not ("\n" or Unknown or EndOfLine))
            .OrderByDescending(w => w.Value).ThenBy(w => w.Key, StringComparer.Ordinal)
            .Select(w => w.Key).Take(maximumSize - 2);
        return new([Unknown, EndOfLine, .. words]);
    }

    /// <summary>The vocabulary of a text.</summary>
    /// <param name="utf8">The training text in UTF-8.</param>
    /// <param name="minimumCount">How often a word must occur, at least 1.</param>
    /// <param name="maximumSize">The most ids, the two special ones included; at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument lies outside its range.</exception>
    /// <exception cref="InputException">The text is not valid UTF-8.</exception>
    public static WordTokenizer FromText(ReadOnlySpan<byte> utf8, int minimumCount = 1, int maximumSize = int.MaxValue) =>
        FromText(ToText(utf8), minimumCount, maximumSize);

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<char> text)
    {
        var ids = new List<int>();
        for (int position = 0; TryReadWord(text, ref position, out ReadOnlySpan<char> word);)
        {
            ids.Add(word is "\n" ? EndOfLineId : _lookup.TryGetValue(word, out int id) ? id : UnknownId);
        }

        return [.. ids];
    }

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<byte> utf8) => Encode(ToText(utf8));

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids) => TokenizerText.Decode(this, ids);

    /// <inheritdoc/>
    public void AppendUtf8(int id, int previous, IBufferWriter<byte> utf8)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        TokenizerText.RequireId(id, VocabularySize);
        if (id == EndOfLineId)
        {
            utf8.Write("\n"u8);
            return;
        }

        if (previous is >= 0 and not EndOfLineId)
        {
            utf8.Write(" "u8);
        }

        Encoding.UTF8.GetBytes(_words[id], utf8);
    }

    /// <inheritdoc/>
    public void Save(string path) => JsonFile.Write(path, json =>
    {
        json.WriteString("type", TypeName);
        json.WriteStartArray("words");
        foreach (string word in _words)
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
    });

    internal static WordTokenizer Read(JsonElement root, string path)
    {
        JsonElement list = JsonFile.Require(root, "words", JsonValueKind.Array, path);
        string[] words = [.. list.EnumerateArray().Select(w => w.ValueKind == JsonValueKind.String ? w.GetString()! : "")];
        if (words.Length < 2 || words[UnknownId] != Unknown || words[EndOfLineId] != EndOfLine)
        {
            throw new InputException($"The key 'words' in '{path}' should begin with '{Unknown}' and '{EndOfLine}'.");
        }

        var tokenizer = new WordTokenizer(words);
        int wrong = Array.FindIndex(words, w => w.Length == 0 || w.Any(char.IsWhiteSpace));
        if (wrong >= 0)
        {
            throw new InputException($"Entry {wrong} of the key 'words' in '{path}' is not a word.");
        }

        if (tokenizer._ids.Count != words.Length)
        {
            throw new InputException($"The key 'words' in '{path}' names '{words.GroupBy(w => w).First(g => g.Count() > 1).Key}' twice.");
        }

        return tokenizer;
    }

    private static string ToText(ReadOnlySpan<byte> utf8)
    {
        Utf8Text.RequireValid(utf8, "the text");
        return Encoding.UTF8.GetString(utf8);
    }

    /// <summary>Reads the next word, or a newline, which counts as a word here.</summary>
    private static bool TryReadWord(ReadOnlySpan<char> text, ref int position, out ReadOnlySpan<char> word)
    {
        while (position < text.Length && text[position] != '\n' && char.IsWhiteSpace(text[position]))
        {
            position++;
        }

        int start = position;
        if (position < text.Length && text[position] == '\n')
        {
            position++;
        }
        else
        {
            while (position < text.Length && !char.IsWhiteSpace(text[position]))
            {
                position++;
            }
        }

        word = text[start..position];
        return word.Length > 0;
    }
}
