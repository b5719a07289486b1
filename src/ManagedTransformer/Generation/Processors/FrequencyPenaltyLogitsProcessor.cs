using System.Buffers;

namespace ManagedTransformer.Generation.Processors;

/// <summary>
/// Takes from the score of every token as much as it was generated often, as OpenAI's API defines it: z[i] = z[i] - c[i] a, c[i] being how
/// often i stands among the generated tokens. The prompt does not count.
/// </summary>
public sealed class FrequencyPenaltyLogitsProcessor : ILogitsProcessor
{
    private readonly float _penalty;

    /// <summary>A processor.</summary>
    /// <param name="penalty">a; below 0 rewards, 0 changes nothing. OpenAI allows -2 to 2.</param>
    /// <exception cref="InputException">It is no finite number.</exception>
    public FrequencyPenaltyLogitsProcessor(float penalty)
    {
        if (!float.IsFinite(penalty))
        {
            throw new InputException($"The frequency penalty ({penalty}) must be a finite number.");
        }

        _penalty = penalty;
    }

    /// <inheritdoc/>
    public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits)
    {
        int[] counts = ArrayPool<int>.Shared.Rent(logits.Length);
        counts.AsSpan(0, logits.Length).Clear();
        foreach (int token in tokens[promptLength..])
        {
            if (token < logits.Length)
            {
                counts[token]++;
            }
        }

        for (int i = 0; i < logits.Length; i++)
        {
            if (counts[i] > 0)
            {
                logits[i] -= counts[i] * _penalty;
            }
        }

        ArrayPool<int>.Shared.Return(counts);
    }
}
