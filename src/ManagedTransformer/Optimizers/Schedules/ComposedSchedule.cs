namespace ManagedTransformer.Optimizers.Schedules;

/// <summary>Schedules one after the other; each counts its own updates from 0.</summary>
/// <param name="parts">Schedules and how many updates each lasts; the last one goes on without end.</param>
internal sealed class ComposedSchedule(IReadOnlyList<(LearningRateSchedule Schedule, long Updates)> parts) : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double Rate(long updatesDone)
    {
        for (int i = 0; i < parts.Count - 1; i++)
        {
            if (updatesDone < parts[i].Updates)
            {
                return parts[i].Schedule.Rate(updatesDone);
            }

            updatesDone -= parts[i].Updates;
        }

        return parts[^1].Schedule.Rate(updatesDone);
    }
}
