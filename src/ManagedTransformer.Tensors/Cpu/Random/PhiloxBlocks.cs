using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Random;

/// <summary><see cref="Philox"/> for as many blocks at a time as a vector has lanes.</summary>
/// <param name="key">The sequence.</param>
internal readonly struct PhiloxBlocks<TOps, TVector>(RandomKey key)
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Words of one group of blocks: four vectors.</summary>
    public static int GroupSize => 4 * TOps.Count;

    /// <summary>The words of elements group <see cref="GroupSize"/> to (group + 1) <see cref="GroupSize"/> - 1, in order.</summary>
    public void Group(ulong group, out TVector w0, out TVector w1, out TVector w2, out TVector w3)
    {
        ulong block = group * (ulong)TOps.Count;

        // Transposing quarters of 128 bits gives the words in order if lane 4 q + l holds block l Count / 4 + q.
        TVector lane = TOps.IntegerSequence, three = TOps.BroadcastBits(3);
        TVector place = TOps.AddIntegers(
            TOps.MultiplyIntegers(TOps.And(lane, three), TOps.BroadcastBits((uint)TOps.Count / 4)), TOps.ShiftRight(lane, 2));

        // A group starts at a multiple of the vector's length, so the addition never carries into the upper half.
        w0 = TOps.AddIntegers(TOps.BroadcastBits((uint)block), place);
        w1 = TOps.BroadcastBits((uint)(block >> 32));
        Words(ref w0, ref w1, out w2, out w3);
        TOps.TransposeQuads(ref w0, ref w1, ref w2, ref w3);
    }

    /// <summary>One block per lane: its number's lower and upper half in, its four words out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Words(ref TVector w0, ref TVector w1, out TVector w2, out TVector w3)
    {
        w2 = TOps.BroadcastBits((uint)key.Sequence);
        w3 = TOps.BroadcastBits((uint)(key.Sequence >> 32));
        uint k0 = (uint)key.Seed, k1 = (uint)(key.Seed >> 32);
        for (int round = 0; round < Philox.Rounds; round++)
        {
            Round(ref w0, ref w1, ref w2, ref w3, k0, k1);
            k0 += Philox.WeylA;
            k1 += Philox.WeylB;
        }
    }

    /// <summary>The upper 24 bits of every word as a number in [0, 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ToUnit(TVector words) => TOps.Multiply(TOps.ToFloats(TOps.ShiftRight(words, 8)), TOps.Broadcast(1f / 16777216f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref TVector c0, ref TVector c1, ref TVector c2, ref TVector c3, uint k0, uint k1)
    {
        TVector a = TOps.BroadcastBits(Philox.MultiplierA), b = TOps.BroadcastBits(Philox.MultiplierB);
        TVector highA = TOps.MultiplyHigh(c0, a), highB = TOps.MultiplyHigh(c2, b);
        TVector lowA = TOps.MultiplyIntegers(c0, a), lowB = TOps.MultiplyIntegers(c2, b);
        c0 = TOps.Xor(TOps.Xor(highB, c1), TOps.BroadcastBits(k0));
        c1 = lowB;
        c2 = TOps.Xor(TOps.Xor(highA, c3), TOps.BroadcastBits(k1));
        c3 = lowA;
    }
}
