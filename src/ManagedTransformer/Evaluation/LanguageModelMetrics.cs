namespace ManagedTransformer.Evaluation;

/// <summary>
/// What a language model achieved on a text: the summed negative log-likelihood and what it is divided by. All figures are perplexities
/// (or bits) of averages, so results of several texts are joined by adding their sums (<see cref="Add"/>), never by averaging perplexities.
/// </summary>
/// <param name="NegativeLogLikelihood">The sum of -ln p over all scored tokens, in nats.</param>
/// <param name="Tokens">The number of scored tokens; padding does not count.</param>
/// <param name="Words">The number of words they make up, end-of-line tokens included where these are scored; 0 where unknown.</param>
/// <param name="Characters">The number of characters (bytes for byte-level data) they make up; 0 where unknown.</param>
internal readonly record struct LanguageModelMetrics(double NegativeLogLikelihood, long Tokens, long Words = 0, long Characters = 0)
{
    private const double Ln2 = 0.693147180559945309417232121458;

    /// <summary>The loss in nats per token: nll / tokens. Not a number where nothing was scored.</summary>
    public double Loss => NegativeLogLikelihood / Tokens;

    /// <summary>The loss in bits per token: nll / tokens / ln 2.</summary>
    public double LossBase2 => Loss / Ln2;

    /// <summary>The same figure as <see cref="LossBase2"/>, under the name that results tables use.</summary>
    public double BitsPerToken => LossBase2;

    /// <summary>Perplexity per token: exp(nll / tokens).</summary>
    public double Perplexity => Math.Exp(Loss);

    /// <summary>
    /// Perplexity per word: exp(nll / words). Comparable between tokenizers, as the log-probabilities of a word's pieces are summed.
    /// </summary>
    public double WordPerplexity => Math.Exp(NegativeLogLikelihood / Words);

    /// <summary>Bits per character: nll / ln 2 / characters. Comparable between tokenizers.</summary>
    public double BitsPerCharacter => NegativeLogLikelihood / Ln2 / Characters;

    /// <summary>The metrics of both texts together.</summary>
    /// <param name="other">The metrics of the other text.</param>
    public LanguageModelMetrics Add(LanguageModelMetrics other) => new(
        NegativeLogLikelihood + other.NegativeLogLikelihood,
        Tokens + other.Tokens,
        Words + other.Words,
        Characters + other.Characters);
}
