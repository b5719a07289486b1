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
        RuleOutTheLeast(exponentials, logits);
        using Ranking ranking = new(logits);
        ranking.Sort();
        double wanted = _mass * exponentials.Total, sum = 0;
        int kept = 0;
        while (kept < ranking.Ranks.Length && sum < wanted)
        {
            sum += exponentials.Values[Ranking.TokenOf(ranking.Ranks[kept++])];
        }

        foreach (ulong rank in ranking.Ranks[Math.Max(1, kept)..])
        {
            logits[Ranking.TokenOf(rank)] = float.NegativeInfinity;
        }
    }

    // All of these together have less than what p leaves out, so that none of them is needed, and none need be sorted.
    private void RuleOutTheLeast(Exponentials exponentials, Span<float> logits)
    {
        double least = (1 - _mass) * exponentials.Total / logits.Length * 0.999;
        for (int i = 0; i < logits.Length; i++)
        {
            if (exponentials.Values[i] < least)
            {
                logits[i] = float.NegativeInfinity;
            }
        }
    }
}
