namespace ManagedTransformer.Optimizers.Schedules;

/// <summary>lr min(1, n / warmup) with n updates done; a constant without warm-up.</summary>
/// <param name="lr">The rate.</param>
/// <param name="warmup">Updates of linear warm-up from 0.</param>
internal sealed class ConstantSchedule(double lr, long warmup = 0) : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double Rate(long updatesDone) => warmup > 0 ? lr * Math.Min(1, (double)updatesDone / warmup) : lr;
}
