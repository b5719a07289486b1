using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>Philox 4x32-10 inside kernels: the four words of a block, the same as on the host.</summary>
internal struct PhiloxWords
{
    public uint W0, W1, W2, W3;

    private const uint MultiplierA = 0xD2511F53, MultiplierB = 0xCD9E8D57, WeylA = 0x9E3779B9, WeylB = 0xBB67AE85;

    /// <summary>Element e of a sequence is word e % 4 of block e / 4.</summary>
    public static PhiloxWords Block(ulong seed, ulong sequence, ulong block)
    {
        uint c0 = (uint)block, c1 = (uint)(block >> 32), c2 = (uint)sequence, c3 = (uint)(sequence >> 32), k0 = (uint)seed, k1 = (uint)(seed >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong a = (ulong)MultiplierA * c0, b = (ulong)MultiplierB * c2;
            c0 = (uint)(b >> 32) ^ c1 ^ k0;
            c1 = (uint)b;
            c2 = (uint)(a >> 32) ^ c3 ^ k1;
            c3 = (uint)a;
            k0 += WeylA;
            k1 += WeylB;
        }

        return Of(c0, c1, c2, c3);
    }

    /// <summary>Four words from word 1 to 3 of a block on, the last ones from the next block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxWords Shift(PhiloxWords low, PhiloxWords high, int shift) =>
        shift == 1 ? Of(low.W1, low.W2, low.W3, high.W0) : shift == 2 ? Of(low.W2, low.W3, high.W0, high.W1) : Of(low.W3, high.W0, high.W1, high.W2);

    private static PhiloxWords Of(uint w0, uint w1, uint w2, uint w3)
    {
        PhiloxWords words;
        words.W0 = w0;
        words.W1 = w1;
        words.W2 = w2;
        words.W3 = w3;
        return words;
    }
}
