namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>
/// The sums over segments that BLEU is computed from (Papineni et al., "BLEU: a method for automatic evaluation of machine translation",
/// 2002).
/// </summary>
internal sealed class BleuStatistics(int maxOrder)
{
    private readonly long[] _matches = new long[maxOrder];
    private readonly long[] _totals = new long[maxOrder];
    private long _length;
    private long _referenceLength;

    /// <summary>Adds a segment.</summary>
    /// <param name="hypothesis">Its symbols.</param>
    /// <param name="references">The symbols of one or more references.</param>
    public void Add(ReadOnlySpan<int> hypothesis, IReadOnlyList<int[]> references)
    {
        var table = new NgramTable();
        Dictionary<int, int>[] counts = table.Count(hypothesis, maxOrder);
        Dictionary<int, int>[][] referenceCounts = [.. references.Select(reference => table.Count(reference, maxOrder))];
        for (int n = 0; n < maxOrder; n++)
        {
            foreach ((int ngram, int count) in counts[n])
            {
                _totals[n] += count;
                _matches[n] += Math.Min(count, referenceCounts.Max(reference => reference[n].GetValueOrDefault(ngram)));
            }
        }

        int length = hypothesis.Length;
        _length += length;
        _referenceLength += references.Select(reference => reference.Length).OrderBy(other => Math.Abs(other - length))
            .ThenBy(other => other).First();
    }

    /// <summary>The score of all segments so far.</summary>
    public BleuScore Score(BleuOptions options)
    {
        double[] matches = [.. _matches.Select(match => (double)match)], totals = [.. _totals.Select(total => (double)total)],
            precisions = new double[maxOrder];
        double brevityPenalty = _length >= _referenceLength ? 1 : _length == 0 ? 0 : Math.Exp(1 - (double)_referenceLength / _length);
        if (matches.All(match => match == 0))
        {
            return new(0, matches, totals, precisions, brevityPenalty, _length, _referenceLength);
        }

        int order = maxOrder, unmatched = 0;
        for (int n = 0; n < maxOrder; n++)
        {
            if (options.Smoothing == BleuSmoothing.AddK && n > 0)
            {
                matches[n] += options.EffectiveSmoothingValue;
                totals[n] += options.EffectiveSmoothingValue;
            }

            if (totals[n] == 0)
            {
                break;
            }

            if (options.EffectiveOrder)
            {
                order = n + 1;
            }

            precisions[n] = matches[n] > 0 ? 100 * matches[n] / totals[n] : options.Smoothing switch
            {
                BleuSmoothing.Exponential => 100 / (Math.Pow(2, ++unmatched) * totals[n]),
                BleuSmoothing.Floor => 100 * options.EffectiveSmoothingValue / totals[n],
                _ => 0,
            };
        }

        // The logarithm of a precision of zero is minus infinity, and the score 0.
        double score = brevityPenalty * Math.Exp(precisions.Take(order).Sum(Math.Log) / order);
        return new(score, matches, totals, precisions, brevityPenalty, _length, _referenceLength);
    }
}
