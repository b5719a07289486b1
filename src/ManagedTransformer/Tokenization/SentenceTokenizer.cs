namespace ManagedTransformer.Tokenization;

/// <summary>
/// Turns sentences into the ids of a translation model and back: a tokenizer whose ids are moved behind the four special ones
/// (<see cref="SpecialIds"/>), unless it begins with these itself. A byte-level BPE reads every sentence behind a space, so that a word has
/// the same pieces at the start of a sentence and inside it.
/// </summary>
/// <param name="tokenizer">Splits the text.</param>
/// <param name="lowercase">Whether sentences are lower-cased first.</param>
public sealed class SentenceTokenizer(ITokenizer tokenizer, bool lowercase = false)
{
    private readonly bool _prefixSpace = tokenizer is BytePairTokenizer { AddPrefixSpace: false };
    private readonly int _moved = tokenizer is VocabularyTokenizer { HasSpecialIds: true } ? 0 : SpecialIds.FirstOrdinary;
    private readonly int _unknown = tokenizer is WordTokenizer ? WordTokenizer.UnknownId : -1;

    /// <summary>Splits the text.</summary>
    public ITokenizer Tokenizer => tokenizer;

    /// <summary>True when sentences are lower-cased before they are split.</summary>
    public bool Lowercase => lowercase;

    /// <summary>The number of ids, special ones included.</summary>
    public int VocabularySize => tokenizer.VocabularySize + _moved;

    /// <summary>The ids of a sentence, without the end of sentence.</summary>
    /// <param name="sentence">One line of text; an empty one has no ids.</param>
    /// <exception cref="InputException">A character that the vocabulary lacks.</exception>
    public int[] Encode(string sentence)
    {
        if (string.IsNullOrEmpty(sentence))
        {
            return [];
        }

        sentence = lowercase ? sentence.ToLowerInvariant() : sentence;
        sentence = _prefixSpace ? $" {sentence}" : sentence;

        // A translation model has marks of its own for where a sentence begins.
        int[] ids = tokenizer is BytePairTokenizer bpe
            ? bpe.Encode(TokenizerText.ToUtf8(sentence), withPrefix: false)
            : tokenizer is PipelineTokenizer pipeline
                ? pipeline.Encode(TokenizerText.ToUtf8(sentence), addSpecialTokens: false)
                : tokenizer.Encode(sentence);
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = ids[i] == _unknown ? SpecialIds.Unknown : ids[i] + _moved;
        }

        return ids;
    }

    /// <summary>The sentence of ids. Unknown words become <c>&lt;unk&gt;</c>, other special ids nothing.</summary>
    /// <param name="ids">The ids.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id lies outside the vocabulary.</exception>
    public string Decode(IReadOnlyList<int> ids)
    {
        if (_moved == 0)
        {
            return tokenizer.Decode([.. ids.Where(IsVisible)]);
        }

        if (_unknown >= 0)
        {
            return tokenizer.Decode(
                [.. ids.Where(IsVisible).Select(id => id == SpecialIds.Unknown ? _unknown : id - SpecialIds.FirstOrdinary)]);
        }

        IEnumerable<string> parts = Runs(ids).Select(run => run.Length == 0 ? WordTokenizer.Unknown : tokenizer.Decode(run));
        string text = string.Concat(parts);
        return _prefixSpace && text.StartsWith(' ') ? text[1..] : text;
    }

    // Ordinary ids between unknown ones; an empty run stands for an unknown one.
    private static IEnumerable<int[]> Runs(IReadOnlyList<int> ids)
    {
        List<int> run = [];
        foreach (int id in ids.Where(IsVisible))
        {
            if (id != SpecialIds.Unknown)
            {
                run.Add(id - SpecialIds.FirstOrdinary);
                continue;
            }

            if (run.Count > 0)
            {
                yield return [.. run];
                run.Clear();
            }

            yield return [];
        }

        if (run.Count > 0)
        {
            yield return [.. run];
        }
    }

    private static bool IsVisible(int id) => id >= SpecialIds.Unknown;
}
