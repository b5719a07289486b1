namespace ManagedTransformer.Optimizers.Schedules;

/// <summary>lr factor^floor(n / every).</summary>
/// <param name="lr">The first rate.</param>
/// <param name="every">Updates between changes, at least 1.</param>
/// <param name="factor">Multiplies the rate at each change.</param>
internal sealed class StepSchedule(double lr, long every, double factor) : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double Rate(long updatesDone) => lr * Math.Pow(factor, updatesDone / every);
}
