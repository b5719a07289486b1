using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.ProductKeys;

/// <summary>
/// The best of a row of scores, and the best pairs of two such lists. A threshold that few more than the wanted scores reach is found by bisection; these
/// are then ordered by counting, for each, how many come before it: no branch depends on a single score.
/// </summary>
/// <remarks>Arrays of scores have room for whole vectors; what lies behind the last score is filled with NaN, which no comparison lets through.</remarks>
internal static unsafe class BestKeys<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private const int MostBisections = 16;

    /// <summary>So many elements in whole vectors.</summary>
    public static int RoundUp(int count) => (count + TOps.Count - 1) / TOps.Count * TOps.Count;

    /// <summary>The number of pairs that <see cref="Pair"/> looks at: the sum over A of floor(kept / (A + 1)).</summary>
    public static int PairCount(int kept)
    {
        int count = 0;
        for (int a = 0; a < kept; a++)
            count += kept / (a + 1);
        return count;
    }

    /// <summary>The <paramref name="kept"/> best of a row, best first, equal ones by smaller number. NaN counts as negative infinity.</summary>
    /// <param name="scores">The row.</param><param name="numbers">Numbers of its elements; null: 0, 1, 2, ...</param><param name="length">Length of the row.</param>
    /// <param name="kept">From 1 to the length.</param><param name="scratch">Room for three rows.</param><param name="best">The best scores.</param><param name="bestNumbers">Their numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Select(float* scores, int* numbers, int length, int kept, float* scratch, float* best, int* bestNumbers)
    {
        int size = RoundUp(length);
        float* candidates = scratch;
        int* candidateNumbers = (int*)(scratch + size);
        float threshold = Threshold(scores, length, kept, scratch);
        TVector limit = TOps.Broadcast(threshold);
        int count = 0;
        for (int at = 0; at < length; at += TOps.Count)
        {
            if (!TOps.Any(TOps.LessOrEqual(limit, TOps.Load(scores + at))))
                continue;
            for (int i = at; i < Math.Min(length, at + TOps.Count); i++)
            {
                candidates[count] = scores[i];
                candidateNumbers[count] = numbers == null ? i : numbers[i];
                count += scores[i] >= threshold ? 1 : 0;
            }
        }

        Order(candidates, candidateNumbers, count, kept, candidateNumbers + size, best, bestNumbers);
    }

    /// <summary>
    /// The <paramref name="kept"/> best pairs of two lists of that length, each best first, by the sum of their scores; the pair (i, j) has the number i keys + j. A
    /// pair of ranks (A, B) has (A + 1) (B + 1) - 1 pairs before it, so only pairs with (A + 1) (B + 1) at most <paramref name="kept"/> can be among the best. The scratch memory has
    /// room for five rows of <see cref="PairCount"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pair(float* first, int* firstNumbers, float* second, int* secondNumbers, int kept, int keys, float* scratch, float* best, int* bestNumbers)
    {
        int size = RoundUp(PairCount(kept)), count = 0;
        float* sums = scratch;
        int* numbers = (int*)(scratch + size);
        for (int a = 0; a < kept; a++)
        {
            int partners = kept / (a + 1);
            for (int b = 0; b < partners; b++)
            {
                sums[count + b] = first[a] + second[b];
                numbers[count + b] = (firstNumbers[a] * keys) + secondNumbers[b];
            }

            count += partners;
        }

        Select(sums, numbers, count, kept, scratch + (2 * size), best, bestNumbers);
    }

    /// <summary>A number that at least <paramref name="kept"/> scores reach, and few more where the scores are spread.</summary>
    private static float Threshold(float* scores, int length, int kept, float* scratch)
    {
        (float low, float high) = Prepare(scores, length);

        // Long rows are searched by the maxima of groups: where so many maxima reach a number, at least as many scores do, and seldom many more.
        int groups = Fold(scores, length, kept, scratch);
        float* values = groups == length ? scores : scratch;
        int most = kept + Math.Max(8, kept / 2), reaching = groups;
        for (int i = 0; i < MostBisections && reaching > most; i++)
        {
            float middle = (low * 0.5f) + (high * 0.5f);
            int count = CountFrom(values, groups, middle);
            if (count >= kept)
                (low, reaching) = (middle, count);
            else
                high = middle;
        }

        return low;
    }

    /// <summary>Writes the maxima of groups of scores, at least eight times as many groups as scores are kept; short rows are left as they are.</summary>
    /// <returns>The number of groups.</returns>
    private static int Fold(float* scores, int length, int kept, float* maxima)
    {
        int fold = 1;
        while (length / (2 * fold) >= 8 * kept)
            fold *= 2;
        int groups = RoundUp((length + fold - 1) / fold);
        if (fold == 1 || groups >= length)
            return length;
        for (int i = 0; i < groups; i += TOps.Count)
        {
            TVector most = TOps.Load(scores + i);
            for (int at = i + groups; at < length; at += groups)
            {
                // Filling is NaN, which is less than nothing.
                TVector other = TOps.Load(scores + at);
                most = TOps.Select(TOps.Less(most, other), other, most);
            }

            TOps.Store(most, maxima + i);
        }

        return groups;
    }

    /// <summary>Makes negative infinity of NaN, fills the last vector, and returns the smallest and the largest score.</summary>
    private static (float Low, float High) Prepare(float* scores, int length)
    {
        TVector lowest = TOps.Broadcast(float.NegativeInfinity), low = TOps.Broadcast(float.PositiveInfinity), high = lowest;
        for (int i = 0; i < length; i += TOps.Count)
        {
            int left = Math.Min(TOps.Count, length - i);
            TVector x = VectorTail<TOps, TVector>.LoadUpTo(scores + i, left);
            x = TOps.Select(TOps.Equal(x, x), x, lowest);
            TVector filled = left == TOps.Count ? x : TOps.Select(VectorTail<TOps, TVector>.Mask(left), x, TOps.Broadcast(float.NaN));
            TOps.Store(filled, scores + i);
            low = TOps.Select(TOps.Less(filled, low), filled, low);
            high = TOps.Select(TOps.Less(high, filled), filled, high);
        }

        return (-TOps.Max(TOps.Negate(low)), TOps.Max(high));
    }

    private static int CountFrom(float* scores, int length, float threshold)
    {
        TVector limit = TOps.Broadcast(threshold), count = TOps.Zero;
        for (int i = 0; i < length; i += TOps.Count)
            count = TOps.SubtractIntegers(count, TOps.LessOrEqual(limit, TOps.Load(scores + i)));
        return (int)TOps.Sum(TOps.ToFloats(count));
    }

    /// <summary>Writes each of the first <paramref name="kept"/> candidates to its place, which is the number of candidates that come before it.</summary>
    private static void Order(float* candidates, int* numbers, int count, int kept, int* places, float* best, int* bestNumbers)
    {
        for (int at = 0; at < count; at += TOps.Count)
        {
            TVector score = TOps.Load(candidates + at), number = TOps.Load((float*)numbers + at), before = TOps.Zero;
            for (int i = 0; i < count; i++)
            {
                TVector other = TOps.Broadcast(candidates[i]);
                TVector smaller = TOps.ShiftRightSigned(TOps.SubtractIntegers(TOps.BroadcastBits((uint)numbers[i]), number), 31);
                TVector isBefore = TOps.Or(TOps.Less(score, other), TOps.And(TOps.Equal(score, other), smaller));
                before = TOps.SubtractIntegers(before, isBefore);
            }

            TOps.Store(before, (float*)places + at);
        }

        for (int i = 0; i < count; i++)
        {
            if (places[i] < kept)
                (best[places[i]], bestNumbers[places[i]]) = (candidates[i], numbers[i]);
        }
    }
}
