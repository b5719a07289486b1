using ManagedTransformer.Tokenization.Models;
using ManagedTransformer.Tokenization.Patterns;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// Learns the merges of a byte pair encoding (Sennrich, Haddow and Birch, 2016): joins the most frequent pair of neighbouring tokens again
/// and again. Of pairs with the same frequency the one with the smaller left id goes first, then the one with the smaller right id. Words
/// are kept once with their count; a merge touches only the words that have its pair,
/// and a queue with corrections on arrival gives the next pair.
/// </summary>
internal sealed class BytePairTrainer
{
    private readonly List<byte[]> _tokens;
    private readonly int _prefix;
    private readonly Dictionary<byte[], int> _ids = new(ByteSequenceComparer.Instance);
    private readonly List<int[]> _words = [];
    private readonly List<long> _wordCounts = [];
    private readonly Dictionary<long, long> _pairCounts = [];
    private readonly Dictionary<long, List<int>> _pairWords = [];
    private readonly PriorityQueue<long, (long NegativeCount, long Pair)> _queue = new();

    private BytePairTrainer(IEnumerable<byte[]> alphabet, int prefix)
    {
        (_tokens, _prefix) = ([.. alphabet], prefix);
        foreach (byte[] token in _tokens)
        {
            _ids.Add(token, _ids.Count);
        }
    }

    /// <summary>Learns merges until there are enough tokens or no pair is frequent enough.</summary>
    /// <param name="utf8">The training text.</param>
    /// <param name="tokenCount">The number of tokens to reach, at least 256.</param>
    /// <param name="minimumCount">How often a pair must occur.</param>
    public static (List<byte[]> Tokens, List<BytePairMerge> Merges) Train(ReadOnlySpan<byte> utf8, int tokenCount, int minimumCount)
    {
        var trainer = new BytePairTrainer(ByteAlphabet.Order.Select(b => new[] { b }), prefix: 0);
        trainer.CountWords(utf8);
        return (trainer._tokens, trainer.Learn(tokenCount, minimumCount));
    }

    /// <summary>The same for words of any symbols, of which those within words begin with a prefix.</summary>
    /// <param name="alphabet">The symbols.</param>
    /// <param name="words">Words as symbols, with their counts.</param>
    /// <param name="prefix">The length of the prefix, which goes where symbols join.</param>
    /// <param name="tokenCount">The number of tokens to reach.</param>
    /// <param name="minimumCount">How often a pair must occur.</param>
    public static List<byte[]> TrainWords(IEnumerable<byte[]> alphabet, IEnumerable<(int[] Symbols, long Count)> words, int prefix,
        int tokenCount, int minimumCount)
    {
        var trainer = new BytePairTrainer(alphabet, prefix);
        foreach ((int[] symbols, long count) in words)
        {
            trainer._words.Add(symbols);
            trainer._wordCounts.Add(count);
        }

        trainer.Learn(tokenCount, minimumCount);
        return trainer._tokens;
    }

    private List<BytePairMerge> Learn(int tokenCount, int minimumCount)
    {
        var created = new HashSet<long>();
        for (int word = 0; word < _words.Count; word++)
        {
            AddPairs(word, -1, created);
        }

        Enqueue(created);
        var merges = new List<BytePairMerge>();
        while (_tokens.Count < tokenCount && TryTakeMostFrequent(minimumCount, out int left, out int right))
        {
            merges.Add(Merge(left, right));
        }

        return merges;
    }

    private void CountWords(ReadOnlySpan<byte> utf8)
    {
        var index = new Dictionary<byte[], int>(ByteSequenceComparer.Instance);
        Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> lookup = index.GetAlternateLookup<ReadOnlySpan<byte>>();
        WordScanner scanner = new(WordRules.Gpt2);
        for (int start = 0, end; start < utf8.Length; start = end)
        {
            end = scanner.End(utf8, start);
            ReadOnlySpan<byte> word = utf8[start..end];
            if (lookup.TryGetValue(word, out int known))
            {
                _wordCounts[known]++;
                continue;
            }

            lookup[word] = _words.Count;
            int[] symbols = new int[word.Length];
            for (int i = 0; i < symbols.Length; i++)
            {
                symbols[i] = _ids[[word[i]]];
            }

            _words.Add(symbols);
            _wordCounts.Add(1);
        }
    }

    private bool TryTakeMostFrequent(int minimumCount, out int left, out int right)
    {
        while (_queue.TryDequeue(out long pair, out (long NegativeCount, long Pair) priority))
        {
            long count = _pairCounts[pair];
            if (count < minimumCount)
            {
                continue;
            }

            if (count == -priority.NegativeCount)
            {
                (left, right) = ((int)(pair >> 32), (int)pair);
                return true;
            }

            _queue.Enqueue(pair, (-count, pair));
        }

        (left, right) = (0, 0);
        return false;
    }

    private BytePairMerge Merge(int left, int right)
    {
        byte[] bytes = [.. _tokens[left], .. _tokens[right].AsSpan(_prefix)];
        // Another merge may have made the same bytes from other parts; the token then has two derivations.
        if (!_ids.TryGetValue(bytes, out int result))
        {
            result = _tokens.Count;
            _tokens.Add(bytes);
            _ids.Add(bytes, result);
        }

        long pair = Key(left, right);
        var created = new HashSet<long>();
        foreach (int word in _pairWords[pair].Distinct().ToList())
        {
            int[] symbols = _words[word];
            RemovePairs(word);
            _words[word] = Join(symbols, left, right, result);
            AddPairs(word, result, created);
        }

        _pairWords.Remove(pair);
        Enqueue(created);
        return new(left, right, result);
    }

    private static int[] Join(int[] symbols, int left, int right, int result)
    {
        int count = 0;
        for (int i = 0; i < symbols.Length; i++)
        {
            bool joined = symbols[i] == left && i + 1 < symbols.Length && symbols[i + 1] == right;
            symbols[count++] = joined ? result : symbols[i];
            if (joined)
            {
                i++;
            }
        }

        return symbols[..count];
    }

    private void RemovePairs(int word)
    {
        int[] symbols = _words[word];
        for (int i = 0; i + 1 < symbols.Length; i++)
        {
            _pairCounts[Key(symbols[i], symbols[i + 1])] -= _wordCounts[word];
        }
    }

    /// <summary>
    /// Counts the pairs of a word and notes the word at those that have a certain token (at all of them for -1),
    /// as only these are new to it.
    /// </summary>
    private void AddPairs(int word, int token, HashSet<long> created)
    {
        int[] symbols = _words[word];
        for (int i = 0; i + 1 < symbols.Length; i++)
        {
            long pair = Key(symbols[i], symbols[i + 1]);
            _pairCounts.TryGetValue(pair, out long count);
            _pairCounts[pair] = count + _wordCounts[word];
            if (token >= 0 && symbols[i] != token && symbols[i + 1] != token)
            {
                continue;
            }

            created.Add(pair);
            if (!_pairWords.TryGetValue(pair, out List<int>? words))
            {
                _pairWords[pair] = words = [];
            }

            if (words.Count == 0 || words[^1] != word)
            {
                words.Add(word);
            }
        }
    }

    private void Enqueue(HashSet<long> pairs)
    {
        foreach (long pair in pairs)
        {
            _queue.Enqueue(pair, (-_pairCounts[pair], pair));
        }
    }

    private static long Key(int left, int right) => (long)left << 32 | (uint)right;
}
