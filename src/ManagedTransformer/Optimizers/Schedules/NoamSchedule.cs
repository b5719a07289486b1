namespace ManagedTransformer.Optimizers.Schedules;

/// <summary>factor dim^-0.5 min(s^-0.5, s warmup^-1.5) with s = n + 1 (Vaswani et al., 2017, equation 3).</summary>
/// <param name="dim">Width of the model.</param>
/// <param name="warmup">Updates of warm-up.</param>
/// <param name="factor">Multiplies everything.</param>
internal sealed class NoamSchedule(int dim, long warmup, double factor = 1) : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double Rate(long updatesDone)
    {
        double step = updatesDone + 1;
        return factor * Math.Pow(dim, -0.5) * Math.Min(Math.Pow(step, -0.5), step * Math.Pow(warmup, -1.5));
    }
}
