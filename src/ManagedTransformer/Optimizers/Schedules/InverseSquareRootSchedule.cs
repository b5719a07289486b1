namespace ManagedTransformer.Optimizers.Schedules;

/// <summary>Linear from the initial rate to lr during warm-up, then lr sqrt(warmup / n).</summary>
/// <param name="lr">The rate at the end of warm-up.</param>
/// <param name="warmup">Updates of warm-up, at least 1.</param>
/// <param name="initial">The first update's rate; negative: 0.</param>
internal sealed class InverseSquareRootSchedule(double lr, long warmup, double initial = -1) : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double Rate(long updatesDone)
    {
        double start = Math.Max(0, initial);
        return updatesDone < warmup ? start + (updatesDone * (lr - start) / warmup) : lr * Math.Sqrt((double)warmup / updatesDone);
    }
}
