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
        PhiloxWords low = GpuPhilox.Block(dropout.Seed, dropout.Sequence, (ulong)(element >> 2));
        int shift = (int)element & 3;
        if (shift != 0)
        {
            // They lie in two blocks of four.
            PhiloxWords high = GpuPhilox.Block(dropout.Seed, dropout.Sequence, (ulong)(element >> 2) + 1);
            low = Shift(low, high, shift);
        }

        return Quad.Of(Factor(dropout, low.W0), Factor(dropout, low.W1), Factor(dropout, low.W2), Factor(dropout, low.W3));
    }

    /// <summary>The factor of one weight.</summary>
    public static float Factor(WeightDropout dropout, long element)
    {
        PhiloxWords words = GpuPhilox.Block(dropout.Seed, dropout.Sequence, (ulong)(element >> 2));
        return Factor(dropout, PhiloxWords.Word(words, (int)element & 3));
    }

    /// <summary>True if a weight is kept that has this random word.</summary>
    public static bool Keeps(WeightDropout dropout, uint word) => GpuPhilox.ToUnit(word) >= dropout.Probability;

    private static float Factor(WeightDropout dropout, uint word) => Keeps(dropout, word) ? dropout.Kept : 0;

    /// <summary>Four words from word 1 to 3 of a block on, the last ones from the next block.</summary>
    private static PhiloxWords Shift(PhiloxWords low, PhiloxWords high, int shift)
    {
        PhiloxWords words = default;
        words.W0 = shift == 1 ? low.W1 : shift == 2 ? low.W2 : low.W3;
        words.W1 = shift == 1 ? low.W2 : shift == 2 ? low.W3 : high.W0;
        words.W2 = shift == 1 ? low.W3 : shift == 2 ? high.W0 : high.W1;
        words.W3 = shift == 1 ? high.W0 : shift == 2 ? high.W1 : high.W2;
        return words;
    }
}
