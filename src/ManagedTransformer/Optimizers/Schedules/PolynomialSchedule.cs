namespace ManagedTransformer.Optimizers.Schedules;

/// <summary>
/// lr n / warmup for n &lt;= warmup, then (lr - end) (1 - (n - warmup) / (total - warmup))^power + end, and end from total on.
/// </summary>
/// <param name="lr">The highest rate.</param>
/// <param name="end">The last rate.</param>
/// <param name="warmup">Updates of warm-up.</param>
/// <param name="total">Updates until the end rate.</param>
/// <param name="power">1: linear.</param>
internal sealed class PolynomialSchedule(double lr, double end, long warmup, long total, double power = 1) : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double Rate(long updatesDone)
    {
        if (warmup > 0 && updatesDone <= warmup)
        {
            return lr * updatesDone / warmup;
        }

        return updatesDone >= total ? end : ((lr - end) * Math.Pow(1 - ((double)(updatesDone - warmup) / (total - warmup)), power)) + end;
    }
}
