namespace ManagedTransformer.Generation.Processors;

/// <summary>
/// Keeps the k tokens with the highest scores (Fan et al., 2018) and rules out all others. Of equal scores those of the lowest ids are
/// kept, so that there are exactly k; transformers keeps all that equal the k-th.
/// </summary>
public sealed class TopKLogitsWarper : ILogitsProcessor
{
    private readonly int _count;

    /// <summary>A warper.</summary>
    /// <param name="count">k, at least 1.</param>
    /// <exception cref="InputException">It is less.</exception>
    public TopKLogitsWarper(int count)
    {
        if (count < 1)
        {
            throw new InputException($"top-k ({count}) must be positive.");
        }

        _count = count;
    }

    /// <inheritdoc/>
    public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits)
    {
        using Ranking ranking = new(logits);
        if (_count >= ranking.Ranks.Length)
        {
            return;
        }

        ranking.MoveBest(_count);
        foreach (ulong rank in ranking.Ranks[_count..])
        {
            logits[Ranking.TokenOf(rank)] = float.NegativeInfinity;
        }
    }
}
