using ManagedTransformer.Tensors;

namespace ManagedTransformer.Gpu;

/// <summary><see cref="Philox"/> inside kernels: the same words as on the CPU.</summary>
internal static class GpuPhilox
{
    /// <summary>The words of a block of a sequence; element e of the sequence is word e % 4 of block e / 4.</summary>
    public static PhiloxWords Block(ulong seed, ulong sequence, ulong block)
    {
        uint c0 = (uint)block, c1 = (uint)(block >> 32), c2 = (uint)sequence, c3 = (uint)(sequence >> 32);
        uint k0 = (uint)seed, k1 = (uint)(seed >> 32);
        for (int round = 0; round < Philox.Rounds; round++)
        {
            ulong a = (ulong)Philox.MultiplierA * c0, b = (ulong)Philox.MultiplierB * c2;
            c0 = (uint)(b >> 32) ^ c1 ^ k0;
            c1 = (uint)b;
            c2 = (uint)(a >> 32) ^ c3 ^ k1;
            c3 = (uint)a;
            k0 += Philox.WeylA;
            k1 += Philox.WeylB;
        }

        PhiloxWords words = default;
        words.W0 = c0;
        words.W1 = c1;
        words.W2 = c2;
        words.W3 = c3;
        return words;
    }

    /// <summary>The upper 24 bits of a word as a number in [0, 1).</summary>
    public static float ToUnit(uint word) => (word >> 8) * (1f / 16777216f);
}
