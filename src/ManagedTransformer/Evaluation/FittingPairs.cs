using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Generation;

namespace ManagedTransformer.Evaluation;

/// <summary>The sentence pairs of a score, after those that a model cannot read as a whole have been treated as asked for.</summary>
/// <param name="Text">The pairs that translations are scored on.</param>
/// <param name="Tokens">Those of them that fit the model, for the loss.</param>
/// <param name="TooLong">How many pairs do not fit.</param>
internal sealed record FittingPairs(ParallelCorpus Text, TokenPair[] Tokens, int TooLong)
{
    /// <summary>Treats the pairs that are too long.</summary>
    /// <param name="text">The pairs.</param>
    /// <param name="tokens">The same as tokens.</param>
    /// <param name="config">The model's sizes.</param>
    /// <param name="rule">What happens to pairs that are too long.</param>
    /// <param name="observer">Told a sentence about every such pair; null for nobody.</param>
    /// <exception cref="InputException">A pair is refused, or none fits.</exception>
    public static FittingPairs Of(
        ParallelCorpus text, TokenPair[] tokens, EncoderDecoderConfig config, TooLongSentences rule, Action<string>? observer)
    {
        SentenceLimit limit = SentenceLimit.Of(config);
        int[] fitting = Choose(text, tokens, limit, rule, observer);
        ParallelCorpus kept = rule == TooLongSentences.Skip ? text.Select(fitting) : text;
        return new FittingPairs(kept, [.. fitting.Select(pair => tokens[pair])], tokens.Length - fitting.Length);
    }

    /// <summary>The numbers of the pairs that fit; at least one.</summary>
    /// <param name="text">The pairs.</param>
    /// <param name="tokens">The same as tokens.</param>
    /// <param name="limit">What they must fit.</param>
    /// <param name="rule">What happens to the others.</param>
    /// <param name="observer">Told a sentence about every other pair; null for nobody.</param>
    /// <exception cref="InputException">A pair is refused, or none fits.</exception>
    public static int[] Choose(
        ParallelCorpus text, TokenPair[] tokens, SentenceLimit limit, TooLongSentences rule, Action<string>? observer)
    {
        List<int> fitting = new(tokens.Length);
        for (int pair = 0; pair < tokens.Length; pair++)
        {
            bool isTarget = tokens[pair].Target.Length > tokens[pair].Source.Length;
            int length = (isTarget ? tokens[pair].Target : tokens[pair].Source).Length;
            if (limit.Fits(length))
            {
                fitting.Add(pair);
                continue;
            }

            string emptied = limit.Fits(tokens[pair].Source.Length)
                ? "the loss leaves the pair out"
                : "its translation counts as empty, and the loss leaves the pair out";
            string message = limit.Treat(length, text.Place(pair, isTarget), rule, emptied);
            observer?.Invoke(message);
        }

        return fitting.Count > 0 ? [.. fitting] : throw new InputException($"{text.Name}: every pair is too long, {limit.Reason}.");
    }
}
