using System.Buffers;

namespace ManagedTransformer.Generation.Processors;

/// <summary>
/// Makes every token that the text has already, prompt included, less likely (Keskar et al., CTRL, 2019): z[i] = z[i] / p where z[i] is
/// positive or 0, z[i] p where it is negative; once, however often the token stands there. Above 1 penalises, below 1 rewards.
/// </summary>
public sealed class RepetitionPenaltyLogitsProcessor : ILogitsProcessor
{
    private readonly float _penalty;

    /// <summary>A processor.</summary>
    /// <param name="penalty">p, above 0; 1 changes nothing.</param>
    /// <exception cref="InputException">It is not.</exception>
    public RepetitionPenaltyLogitsProcessor(float penalty)
    {
        if (!(penalty > 0) || float.IsInfinity(penalty))
        {
            throw new InputException(FormattableString.Invariant($"The repetition penalty ({penalty}) must be a positive number."));
        }

        _penalty = penalty;
    }

    /// <inheritdoc/>
    public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits)
    {
        bool[] seen = ArrayPool<bool>.Shared.Rent(logits.Length);
        seen.AsSpan(0, logits.Length).Clear();
        foreach (int token in tokens)
        {
            if (token < logits.Length && !seen[token])
            {
                seen[token] = true;
                logits[token] = logits[token] < 0 ? logits[token] * _penalty : logits[token] / _penalty;
            }
        }

        ArrayPool<bool>.Shared.Return(seen);
    }
}
