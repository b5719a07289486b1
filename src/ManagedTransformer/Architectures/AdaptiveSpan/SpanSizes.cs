namespace ManagedTransformer.Architectures.AdaptiveSpan;

/// <summary>How many slots a layer really needs, derived from the spans of its heads (Sukhbaatar et al., 2019, training code).</summary>
/// <param name="Longest">The longest span with its ramp, at most the limit.</param>
/// <param name="Average">The mean span with the ramp, at most the limit.</param>
/// <param name="Trim">Oldest slots that no head sees, in steps of 64.</param>
/// <param name="Kept">L: slots that are computed, limit - trim.</param>
/// <param name="Cache">Input states to keep for the next block.</param>
internal readonly record struct SpanSizes(int Longest, int Average, int Trim, int Kept, int Cache)
{
    private const int Granularity = 64;

    /// <summary>The sizes of learnt spans.</summary>
    /// <param name="ratios">z / S of every head.</param>
    /// <param name="config">Limit, ramp and whether the cache adapts.</param>
    public static SpanSizes OfRatios(ReadOnlySpan<float> ratios, SpanConfig config)
    {
        // The products are taken in double from single-precision values: 0.3f * 10 is 3.0000001, and its ceiling 4.
        float longest = float.NegativeInfinity, sum = 0;
        foreach (float ratio in ratios)
        {
            longest = Math.Max(longest, ratio);
            sum += ratio;
        }

        return Of((double)longest * config.Limit, (double)(sum / ratios.Length) * config.Limit, config);
    }

    /// <summary>
    /// The sizes of spans that a layer computed for a block; the cache keeps the limit, since the next block's are unknown.
    /// </summary>
    /// <param name="longest">The longest span in tokens.</param>
    /// <param name="average">The mean span in tokens.</param>
    /// <param name="config">Limit and ramp.</param>
    public static SpanSizes OfBlock(double longest, double average, SpanConfig config) =>
        Of(longest, average, config) with { Cache = config.Limit };

    /// <summary>The sizes without learnt spans: every head sees the limit.</summary>
    /// <param name="config">The limit.</param>
    public static SpanSizes Fixed(SpanConfig config) => new(config.Limit, config.Limit, 0, config.Limit, config.Limit);

    private static SpanSizes Of(double longest, double average, SpanConfig config)
    {
        int limit = config.Limit, most = WithRamp(longest, config);
        int trim = Math.Min(limit - 1, limit - most) / Granularity * Granularity, kept = limit - trim;
        return new SpanSizes(most, WithRamp(average, config), trim, kept, config.AdaptCache ? Math.Min(limit, kept + Granularity) : limit);
    }

    private static int WithRamp(double span, SpanConfig config) => (int)Math.Clamp(Math.Ceiling(span) + config.Ramp, 0, config.Limit);
}
