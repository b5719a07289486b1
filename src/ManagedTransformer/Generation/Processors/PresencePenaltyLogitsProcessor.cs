using System.Buffers;

namespace ManagedTransformer.Generation.Processors;

/// <summary>
/// Takes a constant from the score of every token that was generated already, as OpenAI's API defines it: z[i] = z[i] - a where i stands
/// at least once among the generated tokens. The prompt does not count.
/// </summary>
public sealed class PresencePenaltyLogitsProcessor : ILogitsProcessor
{
    private readonly float _penalty;

    /// <summary>A processor.</summary>
    /// <param name="penalty">a; below 0 rewards, 0 changes nothing. OpenAI allows -2 to 2.</param>
    /// <exception cref="InputException">It is no finite number.</exception>
    public PresencePenaltyLogitsProcessor(float penalty)
    {
        if (!float.IsFinite(penalty))
        {
            throw new InputException($"The presence penalty ({penalty}) must be a finite number.");
        }

        _penalty = penalty;
    }

    /// <inheritdoc/>
    public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits)
    {
        bool[] seen = ArrayPool<bool>.Shared.Rent(logits.Length);
        seen.AsSpan(0, logits.Length).Clear();
        foreach (int token in tokens[promptLength..])
        {
            if (token < logits.Length && !seen[token])
            {
                seen[token] = true;
                logits[token] -= _penalty;
            }
        }

        ArrayPool<bool>.Shared.Return(seen);
    }
}
