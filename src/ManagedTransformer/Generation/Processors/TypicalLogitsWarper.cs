using System.Buffers;

namespace ManagedTransformer.Generation.Processors;

/// <summary>
/// Keeps the tokens whose information is nearest to the expected one (locally typical sampling, Meister et al., 2022): with p =
/// softmax(z) and the entropy H = -sum p ln p, tokens in the order of |H + ln p[i]|, the first ones whose probabilities add up to at least
/// the mass, and those as near as the last of them. All others are ruled out.
/// </summary>
public sealed class TypicalLogitsWarper : ILogitsProcessor
{
    private readonly double _mass;

    /// <summary>A warper.</summary>
    /// <param name="mass">The mass, above 0 and at most 1.</param>
    /// <exception cref="InputException">It is not.</exception>
    public TypicalLogitsWarper(float mass)
    {
        if (mass is not (> 0 and <= 1))
        {
            throw new InputException(FormattableString.Invariant($"typical-p ({mass}) must be above 0 and at most 1."));
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
        double normalizer = Math.Log(exponentials.Total) + exponentials.Largest, entropy = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            double probability = exponentials.Values[i] / exponentials.Total;
            entropy -= probability > 0 ? probability * (logits[i] - normalizer) : 0;
        }

        double[] distances = ArrayPool<double>.Shared.Rent(logits.Length);
        int[] order = ArrayPool<int>.Shared.Rent(logits.Length);
        int count = 0, last = -1;
        for (int i = 0; i < logits.Length; i++)
        {
            if (!float.IsNegativeInfinity(logits[i]))
            {
                (distances[count], order[count++]) = (Math.Abs(entropy + (logits[i] - normalizer)), i);
            }
        }

        distances.AsSpan(0, count).Sort(order.AsSpan(0, count));
        for (double sum = 0; last + 1 < count && sum < _mass;)
        {
            sum += exponentials.Values[order[++last]] / exponentials.Total;
        }

        for (int i = last + 1; i < count; i++)
        {
            if (distances[i] > distances[last])
            {
                logits[order[i]] = float.NegativeInfinity;
            }
        }

        ArrayPool<double>.Shared.Return(distances);
        ArrayPool<int>.Shared.Return(order);
    }
}
