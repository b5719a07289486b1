namespace ManagedTransformer.Benchmarks;

/// <summary>
/// A model of the cost of an update on many workers, each of which does the same number of batches: a simulation, no measurement. With W
/// workers, P values, B bytes per second, latency a and k buckets of 2^20 values, the sum of a round takes
/// 4 P (W - 1) / (W B) + k (W - 1) a, of which two thirds of a batch's time, its backward walk, hide what they can; gathering takes
/// 4 P (W - 1) / (W B) + k log2(W) a, behind all batches.
/// </summary>
/// <param name="parameters">P: trained values.</param>
/// <param name="batchSeconds">Time of a batch, forward and backward.</param>
/// <param name="updateSeconds">Time of the optimiser.</param>
/// <param name="bytesPerSecond">B: what a worker sends.</param>
/// <param name="latencySeconds">a: time of a short message.</param>
public sealed class ScaleModel(
    long parameters, double batchSeconds, double updateSeconds, double bytesPerSecond, double latencySeconds)
{
    private const double BackwardShare = 2.0 / 3;
    private const int BucketLength = 1 << 20;

    /// <summary>Seconds of an update.</summary>
    /// <param name="workers">W.</param>
    /// <param name="batches">Batches of each worker.</param>
    public double Seconds(int workers, int batches)
    {
        double share = (workers - 1.0) / workers, buckets = Math.Ceiling(parameters / (double)BucketLength);
        double transfer = sizeof(float) * parameters * share / bytesPerSecond;
        double round = transfer + (buckets * (workers - 1) * latencySeconds);
        double gather = transfer + (buckets * Math.Ceiling(Math.Log2(workers)) * latencySeconds);
        double shown = Math.Max(0, round - (BackwardShare * batchSeconds));
        return (batches * (batchSeconds + shown)) + gather + updateSeconds;
    }

    /// <summary>The time of one worker alone for as many batches of its own, divided by that of the workers.</summary>
    /// <param name="workers">W.</param>
    /// <param name="batches">Batches of each worker.</param>
    public double Efficiency(int workers, int batches) =>
        ((batches * batchSeconds) + updateSeconds) / Seconds(workers, batches);
}
