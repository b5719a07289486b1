namespace ManagedTransformer.Optimizers.Schedules;

/// <summary>The learning rate as a function of the updates already done.</summary>
public abstract class LearningRateSchedule
{
    /// <summary>The rate of the next update.</summary>
    /// <param name="updatesDone">0 for the first update.</param>
    public abstract double Rate(long updatesDone);
}
