using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Generation;

/// <summary>
/// Beam search as fairseq's generator runs it (Ott et al., 2019). In every step the best 2B candidates of a sentence are taken: those of
/// the first B that are eos are finished, and the first B that are not go on. A sentence stops when B hypotheses are finished or its length
/// limit is reached, where only eos may follow. There is no other early stopping, and finished hypotheses take no slot from live ones.
/// Sentences are searched side by side and do not influence each other; those that stop leave the batch.
/// </summary>
internal sealed class BeamSearch
{
    private const string BeamOption = $"{nameof(BeamSearchOptions)}.{nameof(BeamSearchOptions.Beam)}";
    private readonly BeamSearchOptions _options;

    /// <summary>A search for any number of models and sentences.</summary>
    /// <param name="options">How it runs.</param>
    /// <exception cref="InputException">An option is out of its range.</exception>
    public BeamSearch(BeamSearchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
    }

    /// <summary>The tokens that mean something; by custom those of translations.</summary>
    internal SearchTokens Tokens { get; init; } = SearchTokens.Translation;

    /// <summary>Processors of the scores; null for none.</summary>
    internal SearchProcessing? Processing { get; init; }

    /// <summary>Ends the search between two steps.</summary>
    internal CancellationToken Cancellation { get; init; }

    /// <summary>Told, for every sentence (its number) and step, the candidates that go on; the step at the length limit has none.</summary>
    internal Action<int, BeamCandidate[]>? Observer { get; init; }

    /// <summary>Searches the outputs of several sentences.</summary>
    /// <param name="model">Has B rows per sentence, in the order of the sentences, and has read nothing.</param>
    /// <param name="sourceLengths">For each sentence its source tokens, eos included. fairseq gives every sentence the length of the
    /// longest one of the batch.</param>
    /// <returns>For each sentence the finished hypotheses, at most B, best first.</returns>
    /// <exception cref="InputException">The vocabulary is too small for the beam, or the beam too wide for the memory.</exception>
    /// <exception cref="InputException">The model's scores are not numbers.</exception>
    public IReadOnlyList<IReadOnlyList<Hypothesis>> Search(ISearchModel model, ReadOnlySpan<int> sourceLengths)
    {
        ArgumentNullException.ThrowIfNull(model);
        int beam = _options.Beam, vocabulary = model.VocabularySize;
        RequireRoom(vocabulary, sourceLengths.Length);
        Beam[] sentences = new Beam[sourceLengths.Length];
        for (int i = 0; i < sentences.Length; i++)
        {
            sentences[i] = new(_options, Tokens, sourceLengths[i]);
        }

        List<int> running = [.. Enumerable.Range(0, sentences.Length)];
        int[] tokens = new int[running.Count * beam], parents = new int[tokens.Length];
        float[] scores = new float[tokens.Length * vocabulary];
        tokens.AsSpan().Fill(Tokens.Start);
        while (running.Count > 0)
        {
            Cancellation.ThrowIfCancellationRequested();
            int rows = running.Count * beam;
            Span<float> rowScores = scores.AsSpan(0, rows * vocabulary);
            model.Score(tokens.AsSpan(0, rows), rowScores);
            ApplyTemperature(rowScores, vocabulary);
            ReadOnlySpan<int> exits = model.Exits;
            for (int i = 0; i < running.Count; i++)
            {
                int number = running[i];
                sentences[number].Advance(
                    rowScores.Slice(i * beam * vocabulary, beam * vocabulary),
                    exits.IsEmpty ? exits : exits.Slice(i * beam, beam),
                    Processing,
                    Observer is null ? null : live => Observer(number, live));
            }

            int kept = Continue(sentences, running, tokens, parents);
            if (kept > 0 && !IsIdentity(parents.AsSpan(0, kept), rows))
            {
                model.Reorder(parents.AsSpan(0, kept));
            }

            running.RemoveAll(number => sentences[number].IsDone);
        }

        return [.. sentences.Select(sentence => sentence.Results)];
    }

    /// <summary>Refuses a beam that is too wide, before anything is made that is as wide.</summary>
    /// <param name="vocabulary">Tokens that the model knows.</param>
    /// <param name="sentences">Sentences that are searched at once.</param>
    /// <exception cref="InputException">The vocabulary is too small for the beam, or the beam too wide for the memory.</exception>
    internal void RequireRoom(int vocabulary, int sentences)
    {
        long beam = _options.Beam, least = Math.Max(beam + 1 + Tokens.Ends.Count, Tokens.Unknown is null ? 0 : SpecialIds.FirstOrdinary);
        if (vocabulary < least)
        {
            throw TooWide($"which needs a vocabulary of at least {least} tokens; the model has {vocabulary}");
        }

        if (beam * sentences > Array.MaxLength / vocabulary)
        {
            throw TooWide($"and {sentences} times as many rows of {vocabulary} scores are more than an array holds");
        }
    }

    /// <summary>Lays out the rows of the sentences that go on: what each one reads next and which row it extends.</summary>
    private static int Continue(Beam[] sentences, List<int> running, int[] tokens, int[] parents)
    {
        int kept = 0;
        for (int i = 0; i < running.Count; i++)
        {
            Beam sentence = sentences[running[i]];
            if (sentence.IsDone)
            {
                continue;
            }

            foreach (BeamCandidate candidate in sentence.Live)
            {
                tokens[kept] = candidate.Token;
                parents[kept++] = i * sentence.Live.Length + candidate.Parent;
            }
        }

        return kept;
    }

    private static bool IsIdentity(ReadOnlySpan<int> parents, int rows)
    {
        if (parents.Length != rows)
        {
            return false;
        }

        for (int i = 0; i < rows; i++)
        {
            if (parents[i] != i)
            {
                return false;
            }
        }

        return true;
    }

    private InputException TooWide(string why) =>
        new($"{BeamOption} is {_options.Beam}, {why}.") { Option = BeamOption };

    // log softmax(logits / t) = log softmax(log softmax(logits) / t), so log-probabilities will do.
    private void ApplyTemperature(Span<float> scores, int vocabulary)
    {
        if (_options.Temperature == 1)
        {
            return;
        }

        for (int start = 0; start < scores.Length; start += vocabulary)
        {
            Span<float> row = scores.Slice(start, vocabulary);
            double total = 0;
            foreach (float logProbability in row)
            {
                total += Math.Exp(logProbability / _options.Temperature);
            }

            float normalizer = (float)Math.Log(total);
            for (int token = 0; token < vocabulary; token++)
            {
                row[token] = row[token] / _options.Temperature - normalizer;
            }
        }
    }
}
