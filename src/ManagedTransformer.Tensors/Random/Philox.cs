using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors;

/// <summary>
/// Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): ten rounds of multiply and xor turn
/// (counter, key) into four random 32-bit words. No state: element i of a sequence is a pure function of (seed, sequence, i).
/// </summary>
internal static class Philox
{
    internal const uint MultiplierA = 0xD2511F53, MultiplierB = 0xCD9E8D57;
    internal const uint WeylA = 0x9E3779B9, WeylB = 0xBB67AE85;
    internal const int Rounds = 10;

    /// <summary>
    /// The four words of block <paramref name="block"/> of a sequence; element e of the sequence is word e % 4 of block e / 4.
    /// </summary>
    public static void Block(RandomKey key, ulong block, out uint w0, out uint w1, out uint w2, out uint w3)
    {
        uint c0 = (uint)block, c1 = (uint)(block >> 32), c2 = (uint)key.Sequence, c3 = (uint)(key.Sequence >> 32);
        uint k0 = (uint)key.Seed, k1 = (uint)(key.Seed >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong a = (ulong)MultiplierA * c0, b = (ulong)MultiplierB * c2;
            (c0, c1, c2, c3) = ((uint)(b >> 32) ^ c1 ^ k0, (uint)b, (uint)(a >> 32) ^ c3 ^ k1, (uint)a);
            k0 += WeylA;
            k1 += WeylB;
        }

        (w0, w1, w2, w3) = (c0, c1, c2, c3);
    }

    /// <summary>The upper 24 bits of a word as a number in [0, 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToUnit(uint word) => (word >> 8) * (1f / 16777216f);
}
