using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>The factors that dropout puts on weights: 0, or 1 / (1 - p), by the number of the weight.</summary>
internal struct WeightDropout
{
    public ulong Seed, Sequence;
    public float Probability, Kept;

    public static WeightDropout Of(float probability, Tensors.RandomKey key) =>
        new() { Seed = key.Seed, Sequence = key.Sequence, Probability = probability, Kept = 1 / (1 - probability) };

    /// <summary>The factors of four weights in a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Factors(WeightDropout dropout, long element)
    {
        PhiloxWords low = PhiloxWords.Block(dropout.Seed, dropout.Sequence, (ulong)(element >> 2));
        int shift = (int)element & 3;
        if (shift != 0)
        {
            // They lie in two blocks of four.
            PhiloxWords high = PhiloxWords.Block(dropout.Seed, dropout.Sequence, (ulong)(element >> 2) + 1);
            low = PhiloxWords.Shift(low, high, shift);
        }

        return Quad.Of(Factor(dropout, low.W0), Factor(dropout, low.W1), Factor(dropout, low.W2), Factor(dropout, low.W3));
    }

    private static float Factor(WeightDropout dropout, uint word) => (word >> 8) * (1f / 16777216f) < dropout.Probability ? 0 : dropout.Kept;
}
