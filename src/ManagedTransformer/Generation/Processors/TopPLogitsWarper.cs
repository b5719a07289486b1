using System.Buffers;

namespace ManagedTransformer.Generation.Processors;

/// <summary>
/// Keeps the smallest set of likeliest tokens whose probabilities, softmax(z), add up to at least p (nucleus sampling, Holtzman et al.,
/// 2020), and rules out all others. Equal probabilities go in the order of their ids.
/// </summary>
public sealed class TopPLogitsWarper : ILogitsProcessor
{
    private readonly double _mass;

    /// <summary>A warper.</summary>
    /// <param name="mass">p, above 0 and at most 1.</param>
    /// <exception cref="InputException">It is not.</exception>
    public TopPLogitsWarper(float mass)
    {
        if (mass is not (> 0 and <= 1))
        {
            throw new InputException(FormattableString.Invariant($"top-p ({mass}) must be above 0 and at most 1."));
        }

        _mass = mass;
    }

    /// <inheritdoc/>
    public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits)
    {
        if (_mass == 1)
        {
            return;
        }

        using Exponentials exponentials = new(logits);
        double least = Ranking.Least(_mass, exponentials.Total, logits.Length);
        ulong[] memory = ArrayPool<ulong>.Shared.Rent(logits.Length);
        Ranking ranking = new(logits, memory, 1, exponentials.Values, least);
        ranking.Ranks.Sort();
        int kept = Ranking.Nucleus(ranking.Ranks, exponentials.Values, _mass * exponentials.Total).Count;
        foreach (ulong rank in ranking.Ranks[kept..])
        {
            logits[Ranking.TokenOf(rank)] = float.NegativeInfinity;
        }

        // What was not ranked.
        for (int i = 0; i < logits.Length; i++)
        {
            if (exponentials.Values[i] < least)
            {
                logits[i] = float.NegativeInfinity;
            }
        }

        ArrayPool<ulong>.Shared.Return(memory);
    }
}
