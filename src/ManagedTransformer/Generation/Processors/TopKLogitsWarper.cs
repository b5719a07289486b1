using System.Buffers;

namespace ManagedTransformer.Generation.Processors;

/// <summary>
/// Keeps the k tokens with the highest scores (Fan et al., 2018), and those that equal the k-th, and rules out all others, as
/// transformers does.
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
        ulong[] memory = ArrayPool<ulong>.Shared.Rent(logits.Length);
        Ranking ranking = new(logits, memory);
        foreach (ulong rank in ranking.Ranks[ranking.MoveBest(_count)..])
        {
            logits[Ranking.TokenOf(rank)] = float.NegativeInfinity;
        }

        ArrayPool<ulong>.Shared.Return(memory);
    }
}
