using System.Diagnostics;
using MathNet.Numerics.Statistics;

namespace ManagedTransformer.Architectures.DepthAdaptive.Tuning;

/// <summary>
/// Times ways to do the same work against each other. Code that runs for the first times is several times slower than it will be, and a
/// machine's speed drifts: each way runs before anything is measured, then the ways take turns, in an order that shifts from pass to pass,
/// and the median of the passes counts.
/// </summary>
internal static class InterleavedTiming
{
    // Passes over few parts are short, and there are more of them.
    private const int FewestPasses = 3, MostPasses = 9;

    /// <summary>The seconds that each way needs for all parts: sums of the medians of its parts.</summary>
    /// <param name="ways">Number of ways.</param>
    /// <param name="parts">Number of parts of the work, at least 1.</param>
    /// <param name="work">Does a part in a way.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <param name="clock">Ticks of <see cref="Stopwatch"/>; null: its own.</param>
    public static double[] Measure(int ways, int parts, Action<int, int> work, CancellationToken cancellation, Func<long>? clock = null)
    {
        clock ??= Stopwatch.GetTimestamp;
        int passes = Math.Clamp(MostPasses / parts, FewestPasses, MostPasses);
        double[][][] seconds =
            [.. Enumerable.Range(0, ways).Select(_ => Enumerable.Range(0, parts).Select(_ => new double[passes]).ToArray())];
        for (int way = 0; way < ways; way++)
        {
            cancellation.ThrowIfCancellationRequested();
            work(way, 0);
        }

        for (int pass = 0; pass < passes; pass++)
        {
            for (int part = 0; part < parts; part++)
            {
                for (int turn = 0; turn < ways; turn++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    int way = (turn + pass + part) % ways;
                    long start = clock();
                    work(way, part);
                    seconds[way][part][pass] = Stopwatch.GetElapsedTime(start, clock()).TotalSeconds;
                }
            }
        }

        return [.. seconds.Select(own => own.Sum(values => values.Median()))];
    }
}
