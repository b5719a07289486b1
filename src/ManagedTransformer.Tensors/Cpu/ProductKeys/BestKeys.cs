using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.ProductKeys;

/// <summary>The best of a row of scores, and the best pairs of two such lists.</summary>
internal static unsafe class BestKeys<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>
    /// The <paramref name="kept"/> best of a row. Vectors of scores without anything better than the worst of the best are passed over; that happens more
    /// and more often, about kept ln(length / kept) scores are inserted in all.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Select(float* scores, int length, int kept, ulong* best)
    {
        for (int i = 0; i < kept; i++)
            Ranking.Insert(best, i + 1, Ranking.Of(scores[i], i));
        int at = kept;
        for (; at <= length - TOps.Count; at += TOps.Count)
        {
            // Negated, so that everything passes while the worst of the best is NaN.
            TVector noBetter = TOps.LessOrEqual(TOps.Load(scores + at), TOps.Broadcast(Ranking.Score(best[kept - 1])));
            if (TOps.Any(TOps.AndNot(TOps.BroadcastBits(~0u), noBetter)))
                Offer(scores, at, at + TOps.Count, best, kept);
        }

        Offer(scores, at, length, best, kept);
    }

    /// <summary>
    /// The <paramref name="kept"/> best pairs of two sorted lists of that length by the sum of their scores; the pair (i, j) has the number i keys + j. A pair of
    /// ranks (A, B) has (A + 1) (B + 1) - 1 pairs before it, so only pairs with (A + 1) (B + 1) at most <paramref name="kept"/> can be among the best.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pair(ulong* first, ulong* second, int kept, int keys, ulong* best)
    {
        float firstScore = Ranking.Score(first[0]);
        int firstNumber = Ranking.Number(first[0]) * keys;
        for (int b = 0; b < kept; b++)
            Ranking.Insert(best, b + 1, Ranking.Of(firstScore + Ranking.Score(second[b]), firstNumber + Ranking.Number(second[b])));
        for (int a = 1; a < kept; a++)
        {
            float score = Ranking.Score(first[a]);
            int number = Ranking.Number(first[a]) * keys;
            for (int b = 0; b < kept / (a + 1); b++)
            {
                float sum = score + Ranking.Score(second[b]);
                if (sum < Ranking.Score(best[kept - 1]))
                    break;
                ulong rank = Ranking.Of(sum, number + Ranking.Number(second[b]));
                if (rank > best[kept - 1])
                    Ranking.Insert(best, kept, rank);
            }
        }
    }

    private static void Offer(float* scores, int start, int end, ulong* best, int kept)
    {
        for (int i = start; i < end; i++)
        {
            ulong rank = Ranking.Of(scores[i], i);
            if (rank > best[kept - 1])
                Ranking.Insert(best, kept, rank);
        }
    }
}
