using System.Numerics;
using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.ProductKeys;

/// <summary>
/// The best of a row of scores, and the best pairs of two such lists. A threshold that few more than the wanted scores reach is guessed, or
/// found by bisection; these are then ordered by counting, for each, how many come before it: no branch depends on a single score.
/// </summary>
/// <remarks>
/// Arrays of scores have room for whole vectors; what lies behind the last score is filled with NaN, which no comparison lets through.
/// </remarks>
internal static unsafe class BestKeys<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private const int MostTries = 16, MostGuesses = 4;

    /// <summary>
    /// Groups of scores per score that is kept: the maxima of fewer groups are compared sooner but let more scores through.
    /// </summary>
    private const int GroupsPerKept = 4;

    /// <summary>So many elements in whole vectors.</summary>
    public static int RoundUp(int count) => (count + TOps.Count - 1) / TOps.Count * TOps.Count;

    /// <summary>The guess that <see cref="Select"/> takes for rows of a length.</summary>
    public static KeyQuantile Guess(int length, int kept)
    {
        int folds = Folds(length, kept);
        return new KeyQuantile((length + folds - 1) / folds, kept + (Slack(kept) / 2));
    }

    /// <summary>The guess that <see cref="Pair"/> takes.</summary>
    public static KeyQuantile GuessOfPairs(int kept) => Guess(PairCount(kept), kept);

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
    /// <param name="guess">Of <see cref="Guess"/>: it decides how soon a threshold is found, not what is best.</param>
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

        float threshold = Threshold(scores, length, kept, guess, scratch);
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

    /// <summary>
    /// A number that at least <paramref name="kept"/> scores reach, unless there are fewer that are not NaN,
    /// and few more where the scores are spread.
    /// </summary>
    private static float Threshold(float* scores, int length, int kept, in KeyQuantile guess, float* scratch)
    {
        // Long rows are searched by the maxima of groups: where so many maxima reach a number, at least as many scores do,
        // and seldom many more.
        int groups = Fold(scores, length, kept, scratch);
        float* values = groups == length ? scores : scratch;
        (float low, float high, float mean, float deviation) = Spread(values, groups);
        int slack = Slack(kept), most = kept + slack, reaching = groups;
        float next = mean + (guess.Deviations * deviation), step = deviation * guess.Step;
        for (int i = 0; i < MostTries && reaching > most; i++)
        {
            // A guess, put right by the scores that it is off, and bisection where that leads nowhere.
            float tried = i < MostGuesses && next > low && next < high ? next : (low * 0.5f) + (high * 0.5f);
            int count = CountFrom(values, groups, tried);
            next = tried + ((count - kept - (slack / 2)) * step);
            if (count >= kept)
            {
                (low, reaching) = (tried, count);
            }
            else
            {
                high = tried;
            }
        }

        return low;
    }

    private static int Slack(int kept) => Math.Max(4, kept / 4);

    private static int Folds(int length, int kept)
    {
        int folds = 1;
        while (length / (2 * folds) >= GroupsPerKept * kept)
        {
            folds *= 2;
        }

        return folds;
    }

    /// <summary>
    /// Writes the maxima of groups of scores, at least <see cref="GroupsPerKept"/> times as many groups as scores are kept;
    /// short rows are left as they are.
    /// </summary>
    /// <returns>The number of groups.</returns>
    private static int Fold(float* scores, int length, int kept, float* maxima)
    {
        int fold = Folds(length, kept);
        int groups = RoundUp((length + fold - 1) / fold);
        if (fold == 1 || groups >= length)
        {
            return length;
        }

        for (int i = 0; i < groups; i += TOps.Count)
        {
            TVector most = TOps.Broadcast(float.NegativeInfinity);
            for (int at = i; at < length; at += groups)
            {
                // NaN is less than nothing.
                TVector other = TOps.Load(scores + at);
                most = TOps.Select(TOps.Less(most, other), other, most);
            }

            TOps.Store(most, maxima + i);
        }

        return groups;
    }

    /// <summary>The smallest and the largest of the scores that are not NaN; mean and standard deviation, if all are finite.</summary>
    private static (float Low, float High, float Mean, float Deviation) Spread(float* scores, int length)
    {
        TVector low = TOps.Broadcast(float.PositiveInfinity), high = TOps.Broadcast(float.NegativeInfinity);
        TVector sum = TOps.Zero, squares = TOps.Zero;
        for (int i = 0; i < length; i += TOps.Count)
        {
            TVector x = TOps.Load(scores + i), number = TOps.And(x, TOps.Equal(x, x));
            low = TOps.Select(TOps.Less(x, low), x, low);
            high = TOps.Select(TOps.Less(high, x), x, high);
            sum = TOps.Add(sum, number);
            squares = TOps.MultiplyAdd(number, number, squares);
        }

        float mean = TOps.Sum(sum) / length, variance = (TOps.Sum(squares) / length) - (mean * mean);
        return (-TOps.Max(TOps.Negate(low)), TOps.Max(high), mean, MathF.Sqrt(variance));
    }

    private static int CountFrom(float* scores, int length, float threshold)
    {
        TVector limit = TOps.Broadcast(threshold);
        int count = 0;
        for (int i = 0; i < length; i += TOps.Count)
        {
            count += BitOperations.PopCount(TOps.Bits(TOps.LessOrEqual(limit, TOps.Load(scores + i))));
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
        for (int at = 0; at < count; at += TOps.Count)
        {
            TVector score = TOps.Load(candidates + at), before = TOps.Zero;
            for (int i = 0; i < count; i++)
            {
                before = TOps.SubtractIntegers(before, TOps.Less(score, TOps.Broadcast(candidates[i])));
            }

            TOps.Store(before, (float*)places + at);
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
