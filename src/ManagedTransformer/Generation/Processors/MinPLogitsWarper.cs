namespace ManagedTransformer.Generation.Processors;

/// <summary>
/// Rules out every token with less than a share p of the likeliest token's probability (min-p, Nguyen et al., 2024): softmax(z)[i] &lt; p
/// max softmax(z).
/// </summary>
public sealed class MinPLogitsWarper : ILogitsProcessor
{
    private readonly double _share;

    /// <summary>A warper.</summary>
    /// <param name="share">p, from 0 (keeps all) to 1 (keeps the likeliest).</param>
    /// <exception cref="InputException">It is not.</exception>
    public MinPLogitsWarper(float share)
    {
        if (share is not (>= 0 and <= 1))
        {
            throw new InputException(FormattableString.Invariant($"min-p ({share}) must be from 0 to 1."));
        }

        _share = share;
    }

    /// <inheritdoc/>
    public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits)
    {
        // Relative to the largest probability the normalizer falls out: exp(z - max) < p.
        using Exponentials exponentials = new(logits);
        for (int i = 0; i < logits.Length; i++)
        {
            if (exponentials.Values[i] < _share)
            {
                logits[i] = float.NegativeInfinity;
            }
        }
    }
}
