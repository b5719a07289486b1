using ManagedTransformer.Architectures.EncoderDecoder;

namespace ManagedTransformer.Generation;

/// <summary>The most tokens of a sentence, its end included.</summary>
/// <param name="Tokens">How many.</param>
/// <param name="Reason">What sets the limit, with the key that changes it.</param>
internal sealed record SentenceLimit(int Tokens, string Reason)
{
    /// <summary>The limit of what a model reads.</summary>
    /// <param name="config">The model's sizes.</param>
    public static SentenceLimit Of(EncoderDecoderConfig config) =>
        new(config.MaxPositions, FormattableString.Invariant($"the model reads at most {config.MaxPositions:N0} (model.max_positions)"));

    /// <summary>The limit of what a model reads and a batch holds, whichever is smaller.</summary>
    /// <param name="config">The model's sizes.</param>
    /// <param name="maxTokens">Tokens of a batch.</param>
    public static SentenceLimit Of(EncoderDecoderConfig config, int maxTokens) => maxTokens >= config.MaxPositions
        ? Of(config)
        : new(maxTokens, FormattableString.Invariant($"a batch holds at most {maxTokens:N0} tokens (training.max_tokens)"));

    /// <summary>Returns true if a sentence fits.</summary>
    /// <param name="length">Its tokens without its end.</param>
    public bool Fits(int length) => length < Tokens;

    /// <summary>Refuses a sentence that does not fit, or says what becomes of it.</summary>
    /// <param name="length">Its tokens without its end.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="rule">What becomes of it.</param>
    /// <param name="emptied">What <see cref="TooLongSentences.Empty"/> means for it.</param>
    /// <exception cref="InputException">It is refused.</exception>
    public string Treat(int length, string place, TooLongSentences rule, string emptied = "its translation is left empty")
    {
        string message = FormattableString.Invariant($"{place}: the sentence has {length + 1:N0} tokens with its end, {Reason}");
        return rule switch
        {
            TooLongSentences.Skip => $"{message}; it is left out.",
            TooLongSentences.Empty => $"{message}; {emptied}.",
            _ => throw new InputException($"{message}; it is refused, unless TranslationOptions.TooLong is skip or empty."),
        };
    }
}
