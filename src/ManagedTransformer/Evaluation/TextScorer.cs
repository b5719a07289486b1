using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Datasets;
using ManagedTransformer.Files;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Outputs;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Evaluation;

/// <summary>
/// Log-probabilities of the tokens of texts, by all layers of a model. Every text begins anew: a model that reads past its blocks has no
/// states from before it.
/// </summary>
public static class TextScorer
{
    // Scores of a block of tokens at once: little beside a model, and enough for full speed.
    private const int ValuesPerBlock = 1 << 22;

    /// <summary>Scores a text.</summary>
    /// <param name="model">The model.</param>
    /// <param name="text">The text, to which the tokenizer adds what begins and ends one.</param>
    /// <param name="logits">Whether to keep the scores of all tokens of the vocabulary.</param>
    /// <exception cref="InputException">The vocabulary lacks a character, or the text is longer than the model reads.</exception>
    public static TextScore Score(LanguageModel model, string text, bool logits)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(text);
        Utf8Text.RequireWhole(text, "The text");
        return Score(model, model.Tokenizer.Encode(text), logits);
    }

    /// <summary>Scores tokens as they are.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ids">The tokens.</param>
    /// <param name="logits">Whether to keep the scores of all tokens of the vocabulary.</param>
    /// <exception cref="InputException">An id outside the vocabulary, or more tokens than the model reads.</exception>
    public static TextScore Score(LanguageModel model, IReadOnlyList<int> ids, bool logits)
    {
        ArgumentNullException.ThrowIfNull(model);
        Check(ids, model.Network.Config.Vocab, model.Network.Config.PositionLimit, "text");
        return Compute(model.Network, model.Network.Output, model.Network.Config.Vocab, ids, logits,
            () => model.Network.Hidden(Row(ids), ForwardContext.Inference));
    }

    /// <summary>Scores every line of a file as a text, as the scores are asked for.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">A text in UTF-8, or a <c>.gz</c> of one.</param>
    /// <param name="logits">Whether to keep the scores of all tokens of the vocabulary.</param>
    /// <exception cref="InputException">The file cannot be read, or a line cannot be scored; the message counts lines from 1.</exception>
    public static IEnumerable<TextScore> ScoreLines(LanguageModel model, string path, bool logits) =>
        Counted(TextLines.Read(path), path, line => Score(model, line, logits));

    /// <summary>Scores a translation.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">The source sentence.</param>
    /// <param name="target">Its translation.</param>
    /// <param name="logits">Whether to keep the scores of all tokens of the vocabulary.</param>
    /// <exception cref="InputException">A vocabulary lacks a character, or a sentence is longer than the model reads.</exception>
    public static TextScore Score(TranslationModel model, string source, string target, bool logits) =>
        Score(model, SourceIds(model, source), TargetIds(model, target), logits);

    /// <summary>Scores tokens of a translation as they are.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">Tokens of the source, its end included.</param>
    /// <param name="ids">The decoder's inputs from its start on, and what they are to be followed by.</param>
    /// <param name="logits">Whether to keep the scores of all tokens of the vocabulary.</param>
    /// <exception cref="InputException">No source, an id outside its vocabulary, or more tokens than the model reads.</exception>
    public static TextScore Score(TranslationModel model, IReadOnlyList<int> source, IReadOnlyList<int> ids, bool logits)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(source);
        int limit = model.Network.Config.MaxPositions;
        if (source.Count == 0)
        {
            throw new InputException("The source has no tokens; a translation model needs at least its end of sentence.");
        }

        Check(source, model.Network.Config.SrcVocab, limit, "source");
        Check(ids, model.Network.Config.Vocab, limit, "text");
        EncoderDecoderModel network = model.Network;
        return Compute(network, network.Decoder.Output, network.Config.Vocab, ids, logits,
            () => network.Decoder.Forward(Row(ids), network.Encode(Row(source), ForwardContext.Inference), ForwardContext.Inference));
    }

    /// <summary>Scores the pairs of two files or a TSV, as the scores are asked for.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pairs"><c>SOURCE_FILE,TARGET_FILE</c>, a TSV, or <c>builtin:translation</c>.</param>
    /// <param name="logits">Whether to keep the scores of all tokens of the vocabulary.</param>
    /// <exception cref="InputException">The files cannot be read, or a pair cannot be scored; the message counts lines from 1.</exception>
    public static IEnumerable<TextScore> ScorePairs(TranslationModel model, string pairs, bool logits)
    {
        ParallelCorpus corpus = TranslationPairs.Whole(pairs);
        return Counted(corpus.Pairs, corpus.Name, pair => Score(model, pair.Source, pair.Target, logits));
    }

    /// <summary>The tokens of a source sentence and its end.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">The sentence.</param>
    /// <exception cref="InputException">The vocabulary lacks a character.</exception>
    public static IReadOnlyList<int> SourceIds(TranslationModel model, string source)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(source);
        return [.. model.Source.Encode(source.Trim()), SpecialIds.Eos];
    }

    /// <summary>The decoder's start, the tokens of a translation, and its end.</summary>
    /// <param name="model">The model.</param>
    /// <param name="target">The translation.</param>
    /// <exception cref="InputException">The vocabulary lacks a character.</exception>
    public static IReadOnlyList<int> TargetIds(TranslationModel model, string target)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(target);
        return [SpecialIds.Eos, .. model.Target.Encode(target.Trim()), SpecialIds.Eos];
    }

    private static IEnumerable<TextScore> Counted<T>(IReadOnlyList<T> texts, string name, Func<T, TextScore> score)
    {
        if (texts.Count == 0)
        {
            throw new InputException($"'{name}' has no line to score.");
        }

        for (int i = 0; i < texts.Count; i++)
        {
            TextScore scored;
            try
            {
                scored = score(texts[i]);
            }
            catch (InputException e)
            {
                throw new InputException($"Line {i + 1} of {name}: {e.Message}", e);
            }

            yield return scored;
        }
    }

    private static void Check(IReadOnlyList<int> ids, int vocabulary, int limit, string what)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Count > limit)
        {
            throw new InputException($"The {what} has {ids.Count} tokens, and the model reads at most {limit}.");
        }

        foreach (int id in ids)
        {
            if (id < 0 || id >= vocabulary)
            {
                throw new InputException($"The {what} has the id {id}, which is none of the vocabulary's {vocabulary}.");
            }
        }
    }

    private static TextScore Compute(
        Module network, OutputLayer output, int vocabulary, IReadOnlyList<int> ids, bool keep, Func<Tensor> read)
    {
        if (ids.Count == 0)
        {
            return new TextScore([], [], keep ? [] : null);
        }

        float[] logProbabilities = new float[ids.Count - 1];
        float[][]? kept = keep ? new float[ids.Count][] : null;
        using DeviceScope? device = DeviceScope.Enter(network.Device);
        using NoGradientScope _ = new();
        using StepScope scope = new();
        Tensor hidden = read();
        int most = Math.Max(1, ValuesPerBlock / vocabulary);
        for (int start = 0; start < ids.Count; start += most)
        {
            using StepScope block = new();
            int rows = Math.Min(most, ids.Count - start);
            Tensor scores = output.Scores(hidden.Slice(1, start, rows));
            Read(scores.LogSoftmax().ToArray(), start, vocabulary, ids, logProbabilities);
            if (kept is not null)
            {
                float[] all = scores.ToArray();
                for (int row = 0; row < rows; row++)
                {
                    kept[start + row] = all.AsSpan(row * vocabulary, vocabulary).ToArray();
                }
            }
        }

        int damaged = Array.FindIndex(logProbabilities, float.IsNaN);
        return damaged < 0
            ? new TextScore(ids, logProbabilities, kept)
            : throw new InputException(
                $"The log-probability of token {damaged + 1} is not a number: the model's weights are damaged, or training diverged.");
    }

    private static void Read(float[] logSoftmax, int start, int vocabulary, IReadOnlyList<int> ids, float[] logProbabilities)
    {
        int rows = Math.Min(logSoftmax.Length / vocabulary, logProbabilities.Length - start);
        for (int row = 0; row < rows; row++)
        {
            logProbabilities[start + row] = logSoftmax[(row * vocabulary) + ids[start + row + 1]];
        }
    }

    private static Tensor Row(IReadOnlyList<int> ids) => Tensor.From([.. ids], new Shape(1, ids.Count));
}
