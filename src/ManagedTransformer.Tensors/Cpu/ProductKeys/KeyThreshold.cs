using System.Numerics;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.ProductKeys;

/// <summary>
/// A threshold that few more than the wanted scores of a row reach: guessed from their mean and deviation, put right by how many reach it,
/// or found by bisection where that leads nowhere.
/// </summary>
internal static unsafe class KeyThreshold<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private const int MostTries = 16, MostGuesses = 4;

    /// <summary>
    /// Groups of scores per score that is kept: the maxima of fewer groups are compared sooner but let more scores through.
    /// </summary>
    private const int GroupsPerKept = 4;

    /// <summary>The guess for rows of a length.</summary>
    public static KeyQuantile Guess(int length, int kept)
    {
        int folds = Folds(length, kept);
        return new KeyQuantile((length + folds - 1) / folds, kept + (Slack(kept) / 2));
    }

    /// <summary>
    /// A number that at least <paramref name="kept"/> scores reach, unless there are fewer that are not NaN,
    /// and few more where the scores are spread.
    /// </summary>
    public static float Find(float* scores, int length, int kept, in KeyQuantile guess, float* scratch)
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
        int groups = BestKeys<TOps, TVector>.RoundUp((length + fold - 1) / fold);
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
}
