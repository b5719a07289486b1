namespace ManagedTransformer.Optimizers.Schedules;

/// <summary>lr min(1, (n + 1) / warmup): the first update has the rate lr / warmup, as in the adaptive-span training code.</summary>
/// <param name="lr">The rate after warm-up.</param>
/// <param name="warmup">Updates of warm-up; 0 for none.</param>
public sealed class LinearWarmupSchedule(double lr, long warmup) : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double Rate(long updatesDone) => warmup > 0 ? lr * Math.Min(1, (updatesDone + 1.0) / warmup) : lr;
}
