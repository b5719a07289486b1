namespace ManagedTransformer.Optimizers.Schedules;

/// <summary>
/// Linear from the initial rate in the first update to lr in the last one of warm-up, then linear from lr back to the initial rate, which
/// is kept from total on (the linear schedule of Mehta et al., 2021: lr is used twice).
/// </summary>
/// <param name="lr">The highest rate.</param>
/// <param name="warmup">Updates of warm-up, at least 2.</param>
/// <param name="total">Updates until the initial rate is reached again.</param>
/// <param name="initial">The first and last rate.</param>
internal sealed class LinearDecaySchedule(double lr, long warmup, long total, double initial = LinearDecaySchedule.DefaultInitial)
    : LearningRateSchedule
{
    /// <summary>The authors' first and last rate.</summary>
    internal const double DefaultInitial = 1e-7;

    /// <inheritdoc/>
    public override double Rate(long updatesDone)
    {
        if (updatesDone < warmup)
        {
            return initial + (updatesDone * (lr - initial) / (warmup - 1));
        }

        return updatesDone >= total ? initial : lr - ((updatesDone - warmup) * (lr - initial) / (total - warmup));
    }
}
