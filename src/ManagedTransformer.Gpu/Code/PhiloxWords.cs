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

    /// <summary>Word 0 to 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Word(PhiloxWords words, int place) =>
        place == 0 ? words.W0 : place == 1 ? words.W1 : place == 2 ? words.W2 : words.W3;
}
