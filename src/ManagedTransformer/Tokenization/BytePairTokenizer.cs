using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using ManagedTransformer.Json;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// Byte-level byte pair encoding as in GPT-2 (Radford et al., 2019): the text is split into words, each word's bytes are joined by learned
/// merges in their order. Any text and any bytes can be encoded, and decoding gives them back. Reads and writes Hugging Face's
/// <c>tokenizer.json</c> and GPT-2's <c>vocab.json</c> with <c>merges.txt</c>.
/// </summary>
public sealed class BytePairTokenizer : ITokenizer
{
    private const int LongestCachedWord = 64;
    private const int CacheCapacity = 1 << 16;

    private readonly byte[]?[] _tokens;
    private readonly int[] _byteIds = new int[256];
    private readonly MergeTable _merges;
    private readonly SpecialToken[] _specialTokens;
    private readonly byte[][] _specialBytes;
    private readonly int _rawTokens;
    private readonly ConcurrentDictionary<byte[], int[]> _cache = new(ByteSequenceComparer.Instance);
    private readonly ConcurrentDictionary<byte[], int[]>.AlternateLookup<ReadOnlySpan<byte>> _cacheLookup;
    private int _cached;

    internal BytePairTokenizer(byte[]?[] tokens, IReadOnlyList<BytePairMerge> merges, IEnumerable<SpecialToken> specialTokens,
        bool addPrefixSpace, IReadOnlyList<int>? prefix = null)
    {
        _tokens = tokens;
        _merges = new(merges);
        // Where two special tokens begin at the same place the longer one counts.
        _specialTokens = [.. specialTokens.OrderBy(t => t.IsNormalized).ThenByDescending(t => t.Content.Length).ThenBy(t => t.Id)];
        _specialBytes = [.. _specialTokens.Select(t => Encoding.UTF8.GetBytes(t.Content))];
        _rawTokens = _specialTokens.Count(t => !t.IsNormalized);
        AddPrefixSpace = addPrefixSpace;
        Prefix = prefix ?? [];
        _cacheLookup = _cache.GetAlternateLookup<ReadOnlySpan<byte>>();
        Array.Fill(_byteIds, -1);
        HashSet<int> special = [.. _specialTokens.Select(t => t.Id)];
        for (int id = 0; id < tokens.Length; id++)
        {
            if (tokens[id] is [byte single] && !special.Contains(id))
            {
                _byteIds[single] = id;
            }
        }
    }

    /// <inheritdoc/>
    public int VocabularySize => _tokens.Length;

    /// <summary>The tokens that are found as a whole before the text is split.</summary>
    public IReadOnlyList<SpecialToken> SpecialTokens => _specialTokens;

    /// <summary>
    /// True when a space is put before a text that does not begin with one, so that its first word is encoded like any other.
    /// </summary>
    public bool AddPrefixSpace { get; }

    /// <summary>The ids that stand before those of every text, such as that of a token for the beginning of a text; mostly none.</summary>
    public IReadOnlyList<int> Prefix { get; }

    internal IReadOnlyList<BytePairMerge> Merges => _merges.Merges;

    internal bool HasEveryByte => !_byteIds.Contains(-1);

    /// <summary>
    /// Learns a vocabulary: 256 bytes, merges by falling frequency (of equally frequent pairs the one with the smaller left id, then
    /// with the smaller right id), then the special tokens. The same text always gives the same vocabulary.
    /// </summary>
    /// <param name="utf8">The training text.</param>
    /// <param name="vocabularySize">The number of ids to reach, at least 256 and the number of special tokens;
    /// fewer where no pair is frequent enough.</param>
    /// <param name="specialTokens">Texts that become one token each.</param>
    /// <param name="minimumCount">How often a pair must occur to be merged, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside its range.</exception>
    /// <exception cref="ArgumentException">A special token is empty, occurs twice or is also a token that was learned.</exception>
    public static BytePairTokenizer Train(ReadOnlySpan<byte> utf8, int vocabularySize, IReadOnlyList<string>? specialTokens = null,
        int minimumCount = 2)
    {
        specialTokens ??= [];
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 256 + specialTokens.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumCount, 1);
        if (specialTokens.Any(string.IsNullOrEmpty) || specialTokens.Distinct().Count() != specialTokens.Count)
        {
            throw new ArgumentException("A special token is empty or occurs twice.", nameof(specialTokens));
        }

        (List<byte[]> tokens, List<BytePairMerge> merges) = BytePairTrainer.Train(utf8, vocabularySize - specialTokens.Count, minimumCount);
        HashSet<string> learned = [.. tokens.Select(t => ByteAlphabet.Encode(t))];
        if (specialTokens.FirstOrDefault(learned.Contains) is string both)
        {
            throw new ArgumentException($"The special token '{both}' is also a token that was learned from the text.",
                nameof(specialTokens));
        }

        int first = tokens.Count;
        return new(
            [.. tokens, .. specialTokens.Select(Encoding.UTF8.GetBytes)],
            merges,
            specialTokens.Select((content, i) => new SpecialToken(first + i, content)),
            addPrefixSpace: false);
    }

    /// <summary>Reads a <c>tokenizer.json</c> of Hugging Face's format.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing or malformed, or asks for something other than byte-level BPE as in
    /// GPT-2.</exception>
    public static BytePairTokenizer Load(string path) => JsonFile.Read(path, root => HuggingFaceTokenizerFile.Read(root, path));

    /// <summary>Reads GPT-2's two files. An entry of the form <c>&lt;...&gt;</c> that no merge makes is a special token.</summary>
    /// <param name="vocabularyPath"><c>vocab.json</c>: an object from token to id.</param>
    /// <param name="mergesPath"><c>merges.txt</c>: a pair of tokens per line, in order.</param>
    /// <exception cref="InputException">A file is missing or malformed.</exception>
    public static BytePairTokenizer Load(string vocabularyPath, string mergesPath) => Gpt2TokenizerFiles.Read(vocabularyPath, mergesPath);

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<char> text) => Encode(TokenizerText.ToUtf8(text));

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<byte> utf8) => Encode(utf8, withPrefix: true);

    /// <summary>The ids of a text, with or without <see cref="Prefix"/>.</summary>
    internal int[] Encode(ReadOnlySpan<byte> utf8, bool withPrefix)
    {
        var ids = new List<int>(utf8.Length / 3);
        if (withPrefix)
        {
            ids.AddRange(Prefix);
        }

        EncodeAround(utf8, 0, _rawTokens, ids);
        return [.. ids];
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids) => TokenizerText.Decode(this, ids);

    /// <inheritdoc/>
    public void AppendUtf8(int id, int previous, IBufferWriter<byte> utf8)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        TokenizerText.RequireId(id, VocabularySize);
        utf8.Write(_tokens[id]);
    }

    /// <summary>The bytes of a token; empty for an id that the vocabulary leaves out.</summary>
    /// <param name="id">The id.</param>
    /// <exception cref="ArgumentOutOfRangeException">The id lies outside the vocabulary.</exception>
    public ReadOnlySpan<byte> TokenBytes(int id)
    {
        TokenizerText.RequireId(id, VocabularySize);
        return _tokens[id];
    }

    /// <summary>Writes the tokenizer in Hugging Face's format.</summary>
    /// <param name="path">The file, by custom <c>tokenizer.json</c>.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Save(string path) => HuggingFaceTokenizerWriter.Write(path, this);

    /// <summary>Writes GPT-2's two files. They keep neither <see cref="AddPrefixSpace"/> nor <see cref="Prefix"/>.</summary>
    /// <param name="vocabularyPath"><c>vocab.json</c></param>
    /// <param name="mergesPath"><c>merges.txt</c></param>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public void Save(string vocabularyPath, string mergesPath) => Gpt2TokenizerFiles.Write(vocabularyPath, mergesPath, this);

    /// <summary>The visible form of every token, as files have it; null for ids that the vocabulary leaves out.</summary>
    internal string?[] VisibleTokens()
    {
        string?[] visible = [.. _tokens.Select(t => t is null ? null : ByteAlphabet.Encode(t))];
        foreach (SpecialToken token in _specialTokens)
        {
            visible[token.Id] = token.Content;
        }

        return visible;
    }

    // Special tokens are cut out first: those of the raw text, and in what they leave over the others, which follow them in the list.
    private void EncodeAround(ReadOnlySpan<byte> utf8, int first, int end, List<int> ids)
    {
        if (first == end)
        {
            if (end < _specialTokens.Length)
            {
                EncodeAround(utf8, end, _specialTokens.Length, ids);
            }
            else
            {
                EncodeOrdinary(utf8, ids);
            }

            return;
        }

        int[] next = new int[end - first];
        Array.Fill(next, -1);
        for (int position = 0; position < utf8.Length;)
        {
            int start = FindSpecial(utf8, position, first, next, out int special);
            EncodeAround(utf8[position..start], end, end, ids);
            position = start;
            if (special < 0)
            {
                continue;
            }

            ids.Add(_specialTokens[special].Id);
            position += _specialBytes[special].Length;
        }
    }

    /// <summary>Finds the first special token at or after a position.</summary>
    /// <param name="utf8">The whole text.</param>
    /// <param name="position">Where to begin.</param>
    /// <param name="first">The first special token to look for.</param>
    /// <param name="next">Where each special token from there on was last found, so that the text is searched only once for each.</param>
    /// <param name="special">The index of the token; -1 where none follows.</param>
    /// <returns>Where it begins; the end of the text where none follows.</returns>
    private int FindSpecial(ReadOnlySpan<byte> utf8, int position, int first, int[] next, out int special)
    {
        special = -1;
        int start = utf8.Length;
        for (int i = 0; i < next.Length; i++)
        {
            if (next[i] < position)
            {
                int found = utf8[position..].IndexOf(_specialBytes[first + i]);
                next[i] = found < 0 ? int.MaxValue : position + found;
            }

            if (next[i] < start)
            {
                (start, special) = (next[i], first + i);
            }
        }

        return start;
    }

    private void EncodeOrdinary(ReadOnlySpan<byte> utf8, List<int> ids)
    {
        if (AddPrefixSpace && !utf8.IsEmpty && utf8[0] != ' ')
        {
            utf8 = (byte[])[(byte)' ', .. utf8];
        }

        while (!utf8.IsEmpty)
        {
            ReadOnlySpan<byte> word = utf8[..WordSplitter.NextLength(utf8)];
            utf8 = utf8[word.Length..];
            ids.AddRange(EncodeWord(word));
        }
    }

    private int[] EncodeWord(ReadOnlySpan<byte> word)
    {
        if (word.Length <= LongestCachedWord && _cacheLookup.TryGetValue(word, out int[]? known))
        {
            return known;
        }

        int[] symbols = new int[word.Length];
        for (int i = 0; i < symbols.Length; i++)
        {
            symbols[i] = _byteIds[word[i]];
            if (symbols[i] < 0)
            {
                throw new InputException($"The vocabulary has no token for the byte 0x{word[i]:X2} of '{Encoding.UTF8.GetString(word)}'.");
            }
        }

        int[] result = symbols[.._merges.Apply(symbols)];
        if (word.Length <= LongestCachedWord && _cached < CacheCapacity && _cache.TryAdd(word.ToArray(), result))
        {
            Interlocked.Increment(ref _cached);
        }

        return result;
    }
}
