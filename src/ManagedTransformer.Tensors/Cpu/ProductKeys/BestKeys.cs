using System.Numerics;
using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.ProductKeys;

/// <summary>
/// The best of a row of scores, and the best pairs of two such lists. Scores from a threshold on are collected, and ordered by counting,
/// for each, how many come before it: no branch depends on a single score.
/// </summary>
/// <remarks>
/// Arrays of scores have room for whole vectors; what lies behind the last score is filled with NaN, which no comparison lets through.
/// </remarks>
internal static unsafe class BestKeys<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>So many elements in whole vectors.</summary>
    public static int RoundUp(int count) => (count + TOps.Count - 1) / TOps.Count * TOps.Count;

    /// <summary>The guess that <see cref="Pair"/> takes.</summary>
    public static KeyQuantile GuessOfPairs(int kept) => KeyThreshold<TOps, TVector>.Guess(PairCount(kept), kept);

    /// <summary>Elements of scratch memory that <see cref="Select"/> takes.</summary>
    public static int SelectRoom(int length) => 5 * (RoundUp(length) + TOps.Count);

    /// <summary>Elements of scratch memory that <see cref="Pair"/> takes.</summary>
    public static int PairRoom(int kept) => 7 * (RoundUp(PairCount(kept)) + TOps.Count);

    /// <summary>
    /// The <paramref name="kept"/> best of a row, best first, equal ones by smaller number. NaN counts as negative infinity.
    /// </summary>
    /// <param name="scores">The row.</param>
    /// <param name="numbers">Numbers of its elements; null: 0, 1, 2, ...</param>
    /// <param name="length">Length of the row.</param>
    /// <param name="kept">From 1 to the length.</param>
    /// <param name="guess">Of <see cref="KeyThreshold{TOps, TVector}.Guess"/>: it decides how soon the best are found.</param>
    /// <param name="scratch">Room of <see cref="SelectRoom"/>.</param>
    /// <param name="best">The best scores.</param>
    /// <param name="bestNumbers">Their numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Select(float* scores, int* numbers, int length, int kept, in KeyQuantile guess, float* scratch, float* best,
        int* bestNumbers)
    {
        int size = RoundUp(length) + TOps.Count;
        float* candidates = scratch;
        int* candidateNumbers = (int*)(scratch + size);
        for (int i = length; i < RoundUp(length); i++)
        {
            scores[i] = float.NaN;
        }

        float threshold = KeyThreshold<TOps, TVector>.Find(scores, length, kept, guess, scratch);
        int count = float.IsNegativeInfinity(threshold) ? 0 : Candidates(scores, numbers, length, threshold, candidates, candidateNumbers);
        if (count < kept)
        {
            // NaN is among the best only where numbers are too few.
            NanToLowest(scores, length);
            count = Candidates(scores, numbers, length, float.NegativeInfinity, candidates, candidateNumbers);
        }

        Order(candidates, candidateNumbers, count, kept, scratch + (2 * size), size, best, bestNumbers);
    }

    /// <summary>
    /// The <paramref name="kept"/> best pairs of two lists of that length, each best first, by the sum of their scores; the pair (i, j) has
    /// the number i keys + j. A pair of ranks (A, B) has (A + 1) (B + 1) - 1 pairs before it, so only pairs with (A + 1) (B + 1) at most
    /// <paramref name="kept"/> can be among the best. The second list is read up to whole vectors; the scratch memory has
    /// <see cref="PairRoom"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pair(float* first, int* firstNumbers, float* second, int* secondNumbers, int kept, int keys,
        in KeyQuantile guess, float* scratch, float* best, int* bestNumbers)
    {
        int size = RoundUp(PairCount(kept)) + TOps.Count, count = 0;
        float* sums = scratch;
        int* numbers = (int*)(scratch + size);
        for (int a = 0; a < kept; a++)
        {
            // What the last vector holds behind the partners is overwritten by the next ones.
            int partners = kept / (a + 1);
            TVector score = TOps.Broadcast(first[a]), number = TOps.BroadcastBits((uint)(firstNumbers[a] * keys));
            for (int b = 0; b < partners; b += TOps.Count)
            {
                TOps.Store(TOps.Add(score, TOps.Load(second + b)), sums + count + b);
                TOps.Store(TOps.AddIntegers(number, TOps.Load((float*)secondNumbers + b)), (float*)numbers + count + b);
            }

            count += partners;
        }

        Select(sums, numbers, count, kept, guess, scratch + (2 * size), best, bestNumbers);
    }

    /// <summary>The number of pairs that <see cref="Pair"/> looks at: the sum over A of floor(kept / (A + 1)).</summary>
    private static int PairCount(int kept)
    {
        int count = 0;
        for (int a = 0; a < kept; a++)
        {
            count += kept / (a + 1);
        }

        return count;
    }

    private static void NanToLowest(float* scores, int length)
    {
        for (int i = 0; i < length; i++)
        {
            scores[i] = float.IsNaN(scores[i]) ? float.NegativeInfinity : scores[i];
        }
    }

    /// <summary>Collects the scores from a threshold on with their numbers, in the order in which they stand.</summary>
    private static int Candidates(float* scores, int* numbers, int length, float threshold, float* candidates, int* candidateNumbers)
    {
        TVector limit = TOps.Broadcast(threshold), number = TOps.IntegerSequence, step = TOps.BroadcastBits((uint)TOps.Count);
        int count = 0;
        for (int at = 0; at < length; at += TOps.Count)
        {
            TVector score = TOps.Load(scores + at), isCandidate = TOps.LessOrEqual(limit, score);
            TOps.StoreSelected(isCandidate, score, candidates + count);
            TOps.StoreSelected(isCandidate, numbers == null ? number : TOps.Load((float*)numbers + at), (float*)candidateNumbers + count);
            count += BitOperations.PopCount(TOps.Bits(isCandidate));
            number = TOps.AddIntegers(number, step);
        }

        return count;
    }

    /// <summary>
    /// Orders the candidates, each by the number of candidates that come before it, and writes the first <paramref name="kept"/> of them.
    /// </summary>
    private static void Order(float* candidates, int* numbers, int count, int kept, float* scratch, int size, float* best, int* bestNumbers)
    {
        int* places = (int*)scratch, orderedNumbers = (int*)(scratch + (2 * size));
        float* ordered = scratch + size;
        for (int at = 0; at < count; at += 2 * TOps.Count)
        {
            // The second vector may lie behind the last candidate, where there is room: its places are not read.
            TVector left = TOps.Load(candidates + at), right = TOps.Load(candidates + at + TOps.Count);
            TVector beforeLeft = TOps.Zero, beforeRight = TOps.Zero;
            for (int i = 0; i < count; i++)
            {
                TVector score = TOps.Broadcast(candidates[i]);
                beforeLeft = TOps.SubtractIntegers(beforeLeft, TOps.Less(left, score));
                beforeRight = TOps.SubtractIntegers(beforeRight, TOps.Less(right, score));
            }

            TOps.Store(beforeLeft, (float*)places + at);
            TOps.Store(beforeRight, (float*)places + at + TOps.Count);
        }

        // Equal scores have got the same place, the first of those that are theirs; then the sum falls short of that of all places.
        long sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += places[i];
        }

        if (sum != (long)count * (count - 1) / 2)
        {
            OrderEqual(candidates, numbers, count, places);
        }

        for (int i = 0; i < count; i++)
        {
            (ordered[places[i]], orderedNumbers[places[i]]) = (candidates[i], numbers[i]);
        }

        Unsafe.CopyBlockUnaligned(best, ordered, (uint)kept * sizeof(float));
        Unsafe.CopyBlockUnaligned(bestNumbers, orderedNumbers, (uint)kept * sizeof(int));
    }

    /// <summary>Adds to the place of every candidate the number of equal ones with smaller numbers.</summary>
    private static void OrderEqual(float* candidates, int* numbers, int count, int* places)
    {
        for (int at = 0; at < count; at += TOps.Count)
        {
            TVector score = TOps.Load(candidates + at), number = TOps.Load((float*)numbers + at), before = TOps.Load((float*)places + at);
            for (int i = 0; i < count; i++)
            {
                TVector smaller = TOps.ShiftRightSigned(TOps.SubtractIntegers(TOps.BroadcastBits((uint)numbers[i]), number), 31);
                before = TOps.SubtractIntegers(before, TOps.And(TOps.Equal(score, TOps.Broadcast(candidates[i])), smaller));
            }

            TOps.Store(before, (float*)places + at);
        }
    }
}
