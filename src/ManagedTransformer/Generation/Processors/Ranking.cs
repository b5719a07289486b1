using System.Numerics.Tensors;

namespace ManagedTransformer.Generation.Processors;

/// <summary>
/// The tokens of a row of scores that are not ruled out, from the highest to the lowest, equal ones in the order of their ids: what top-k
/// and top-p keep the first of. Memory is the caller's.
/// </summary>
internal readonly ref struct Ranking
{
    /// <summary>Tokens in no order yet.</summary>
    /// <param name="scores">[V]</param>
    /// <param name="memory">Room for V ranks.</param>
    /// <param name="temperature">Scores are divided by it, which may make them equal.</param>
    public Ranking(ReadOnlySpan<float> scores, Span<ulong> memory, float temperature = 1)
        : this(scores, memory, temperature, [], 0)
    {
    }

    /// <summary>Tokens in no order yet, but for those that have too little of something.</summary>
    /// <param name="scores">[V]</param>
    /// <param name="memory">Room for V ranks.</param>
    /// <param name="temperature">Scores are divided by it, which may make them equal.</param>
    /// <param name="weights">[V]; empty for none.</param>
    /// <param name="least">The least weight of a token that is ranked.</param>
    public Ranking(ReadOnlySpan<float> scores, Span<ulong> memory, float temperature, ReadOnlySpan<float> weights, double least)
    {
        int count = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            if (float.IsNegativeInfinity(scores[i]) || (!weights.IsEmpty && weights[i] < least))
            {
                continue;
            }

            // The bits of a positive number rise with it, those of a negative one fall; zero gets one sign. Signs come in no order, so that
            // a branch would be mispredicted.
            int bits = BitConverter.SingleToInt32Bits((scores[i] / temperature) + 0f);
            uint falling = (uint)(bits ^ (~(bits >> 31) & int.MaxValue));
            memory[count++] = (ulong)falling << 32 | (uint)i;
        }

        Ranks = memory[..count];
    }

    /// <summary>Numbers that rise from the best token to the worst.</summary>
    public Span<ulong> Ranks { get; }

    /// <summary>The token of a rank.</summary>
    public static int TokenOf(ulong rank) => (int)(uint)rank;

    /// <summary>Moves the k best tokens to the front, in any order, and behind them those that equal the k-th.</summary>
    /// <param name="count">k, at least 1.</param>
    /// <returns>How many tokens these are: all, where there are no more than k.</returns>
    public int MoveBest(int count)
    {
        if (count >= Ranks.Length)
        {
            return Ranks.Length;
        }

        Selection.MoveSmallest(Ranks, count);
        ulong last = TensorPrimitives.Max<ulong>(Ranks[..count]) >> 32;
        for (int i = count; i < Ranks.Length; i++)
        {
            if (Ranks[i] >> 32 == last)
            {
                (Ranks[count], Ranks[i]) = (Ranks[i], Ranks[count]);
                count++;
            }
        }

        return count;
    }

    /// <summary>The fewest of the first tokens, one at least, that have together so much of something.</summary>
    /// <param name="ranks">The best first.</param>
    /// <param name="weights">What each token of the vocabulary has.</param>
    /// <param name="wanted">How much.</param>
    /// <returns>How many they are, all where all have less, and what they have.</returns>
    public static (int Count, double Mass) Nucleus(ReadOnlySpan<ulong> ranks, ReadOnlySpan<float> weights, double wanted)
    {
        double mass = 0;
        for (int i = 0; i < ranks.Length; i++)
        {
            mass += weights[TokenOf(ranks[i])];
            if (mass >= wanted)
            {
                return (i + 1, mass);
            }
        }

        return (ranks.Length, mass);
    }

    /// <summary>
    /// The weight below which no token can be in the nucleus of a share of all weights: all tokens below it have together less than what
    /// the share leaves out.
    /// </summary>
    /// <param name="share">Of the total, at most 1.</param>
    /// <param name="total">The sum of the weights.</param>
    /// <param name="count">How many there are.</param>
    public static double Least(double share, double total, int count) => (1 - share) * total / count * 0.999;
}
