using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu.ProductKeys;

/// <summary>
/// A score and a number in one integer that orders like the pair: larger score first, then smaller number; NaN comes after every score. A list of ranks
/// is sorted best first.
/// </summary>
internal static unsafe class Ranking
{
    private const uint Sign = 0x80000000;

    /// <summary>The rank of a score with a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(float score, int number)
    {
        // Adding 0 makes +0 of -0, which must be equal.
        uint bits = BitConverter.SingleToUInt32Bits(score + 0f);
        uint ordered = float.IsNaN(score) ? 0 : bits ^ ((uint)((int)bits >> 31) | Sign);
        return ((ulong)ordered << 32) | ~(uint)number;
    }

    /// <summary>The score of a rank.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Score(ulong rank)
    {
        uint ordered = (uint)(rank >> 32);
        return BitConverter.UInt32BitsToSingle((ordered & Sign) != 0 ? ordered ^ Sign : ~ordered);
    }

    /// <summary>The number of a rank.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Number(ulong rank) => (int)~(uint)rank;

    /// <summary>Puts a rank in its place among the first <paramref name="count"/> of a list; the last of them is overwritten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Insert(ulong* best, int count, ulong rank)
    {
        int place = count - 1;
        for (; place > 0 && best[place - 1] < rank; place--)
            best[place] = best[place - 1];
        best[place] = rank;
    }
}
