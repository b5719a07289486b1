using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>The four words of a block of <see cref="GpuPhilox"/>.</summary>
internal struct PhiloxWords
{
    public uint W0, W1, W2, W3;

    /// <summary>Four words.</summary>
    public static PhiloxWords Of(uint w0, uint w1, uint w2, uint w3)
    {
        PhiloxWords words;
        words.W0 = w0;
        words.W1 = w1;
        words.W2 = w2;
        words.W3 = w3;
        return words;
    }

    /// <summary>Four words from word 1 to 3 of a block on, the last ones from the next block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxWords Shift(PhiloxWords low, PhiloxWords high, int shift) =>
        shift == 1 ? Of(low.W1, low.W2, low.W3, high.W0) : shift == 2 ? Of(low.W2, low.W3, high.W0, high.W1) : Of(low.W3, high.W0, high.W1, high.W2);
}
