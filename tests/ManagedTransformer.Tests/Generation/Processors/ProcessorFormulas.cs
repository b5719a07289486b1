namespace ManagedTransformer.Tests.Generation.Processors;

/// <summary>
/// What the processors compute, written down again in float64 from their formulas and nothing else: minus infinity is a token that cannot
/// be drawn.
/// </summary>
internal static class ProcessorFormulas
{
    public static double[] Softmax(double[] scores)
    {
        double largest = scores.Max();
        double[] weights = [.. scores.Select(score => Math.Exp(score - largest))];
        return [.. weights.Select(weight => weight / weights.Sum())];
    }

    public static double[] Temperature(double[] scores, double temperature) => [.. scores.Select(score => score / temperature)];

    public static double[] TopK(double[] scores, int count)
    {
        int[] best = [.. ByScore(scores).Take(count)];
        return Keep(scores, Enumerable.Range(0, scores.Length).Where(token => scores[token] >= scores[best[^1]]));
    }

    public static double[] TopP(double[] scores, double mass)
    {
        double[] probabilities = Softmax(scores);
        List<int> kept = [];
        double sum = 0;
        foreach (int token in ByScore(scores))
        {
            kept.Add(token);
            sum += probabilities[token];
            if (sum >= mass)
            {
                break;
            }
        }

        return Keep(scores, kept);
    }

    public static double[] MinP(double[] scores, double share)
    {
        double[] probabilities = Softmax(scores);
        return Keep(scores, Enumerable.Range(0, scores.Length).Where(token => probabilities[token] >= share * probabilities.Max()));
    }

    public static double[] TypicalP(double[] scores, double mass)
    {
        double[] probabilities = Softmax(scores);
        double entropy = probabilities.Where(p => p > 0).Sum(p => -p * Math.Log(p));
        double Distance(int token) => Math.Abs(-Math.Log(probabilities[token]) - entropy);
        List<int> kept = [];
        double sum = 0;
        foreach (int token in Enumerable.Range(0, scores.Length).Where(token => probabilities[token] > 0).OrderBy(Distance))
        {
            kept.Add(token);
            sum += probabilities[token];
            if (sum >= mass)
            {
                break;
            }
        }

        return Keep(scores, kept);
    }

    public static double[] RepetitionPenalty(double[] scores, int[] text, double penalty) =>
        [.. scores.Select((score, token) => !text.Contains(token) ? score : score < 0 ? score * penalty : score / penalty)];

    public static double[] PresencePenalty(double[] scores, int[] generated, double penalty) =>
        [.. scores.Select((score, token) => generated.Contains(token) ? score - penalty : score)];

    public static double[] FrequencyPenalty(double[] scores, int[] generated, double penalty) =>
        [.. scores.Select((score, token) => score - (penalty * generated.Count(other => other == token)))];

    public static double[] NoRepeatNgram(double[] scores, int[] text, int size) =>
        Keep(scores, Enumerable.Range(0, scores.Length).Where(token =>
        {
            int[] longer = [.. text, token];
            if (longer.Length <= size)
            {
                return true;
            }

            int[] last = longer[^size..];
            return !Enumerable.Range(0, longer.Length - size).Any(start => longer.AsSpan(start, size).SequenceEqual(last));
        }));

    public static double[] LogitBias(double[] scores, IReadOnlyDictionary<int, float> bias) =>
        [.. scores.Select((score, token) => score + (bias.TryGetValue(token, out float value) ? value : 0))];

    private static IEnumerable<int> ByScore(double[] scores) => Enumerable.Range(0, scores.Length)
        .Where(token => !double.IsNegativeInfinity(scores[token])).OrderByDescending(token => scores[token]).ThenBy(token => token);

    private static double[] Keep(double[] scores, IEnumerable<int> kept)
    {
        HashSet<int> set = [.. kept];
        return [.. scores.Select((score, token) => set.Contains(token) ? score : double.NegativeInfinity)];
    }
}
