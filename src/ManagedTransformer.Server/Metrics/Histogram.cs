namespace ManagedTransformer.Server.Metrics;

/// <summary>How many durations are at most so long, for a list of lengths.</summary>
/// <param name="bounds">Seconds, ascending.</param>
internal sealed class Histogram(params double[] bounds)
{
    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[bounds.Length];
    private long _count;
    private double _sum;

    /// <summary>Counts a duration.</summary>
    public void Add(double seconds)
    {
        lock (_gate)
        {
            _count++;
            _sum += seconds;
            for (int i = 0; i < bounds.Length; i++)
            {
                _counts[i] += seconds <= bounds[i] ? 1 : 0;
            }
        }
    }

    /// <summary>Writes it.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="name">The metric.</param>
    /// <param name="labels">Its labels, <c>name="value"</c>.</param>
    public void Write(MetricsText text, string name, string labels)
    {
        lock (_gate)
        {
            for (int i = 0; i < bounds.Length; i++)
            {
                text.Sample($"{name}_bucket", FormattableString.Invariant($"{labels},le=\"{bounds[i]}\""), _counts[i]);
            }

            text.Sample($"{name}_bucket", $"{labels},le=\"+Inf\"", _count);
            text.Sample($"{name}_sum", labels, _sum);
            text.Sample($"{name}_count", labels, _count);
        }
    }
}
