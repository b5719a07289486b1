namespace ManagedTransformer.Generation.Processors;

/// <summary>
/// Adds a constant to the scores of some tokens: z[i] = z[i] + b[i]. It is OpenAI's logit_bias, and transformers' sequence_bias for
/// sequences of one token.
/// </summary>
public sealed class LogitBiasProcessor : ILogitsProcessor
{
    private readonly KeyValuePair<int, float>[] _bias;

    /// <summary>A processor.</summary>
    /// <param name="bias">What is added, by id; minus infinity rules a token out.</param>
    /// <exception cref="InputException">An id is negative, or a value is infinite or no number.</exception>
    public LogitBiasProcessor(IReadOnlyDictionary<int, float> bias)
    {
        ArgumentNullException.ThrowIfNull(bias);
        _bias = [.. bias.OrderBy(token => token.Key)];
        foreach ((int token, float value) in _bias)
        {
            if (token < 0)
            {
                throw new InputException($"The logit bias names the token {token}; ids begin at 0.");
            }

            if (float.IsNaN(value) || float.IsPositiveInfinity(value))
            {
                throw new InputException($"The logit bias of token {token} ({value}) must be a finite number, or minus infinity.");
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InputException">The vocabulary has no such token.</exception>
    public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits)
    {
        foreach ((int token, float value) in _bias)
        {
            Require(token, logits.Length);
            logits[token] += value;
        }
    }

    /// <summary>Refuses tokens that there are not, before a text is begun.</summary>
    internal static void RequireKnown(IReadOnlyDictionary<int, float> bias, int vocabulary)
    {
        foreach (int token in bias.Keys)
        {
            Require(token, vocabulary);
        }
    }

    private static void Require(int token, int vocabulary)
    {
        if (token >= vocabulary)
        {
            throw new InputException($"The logit bias names the token {token}, and the ids of the vocabulary end at {vocabulary - 1}.");
        }
    }
}
