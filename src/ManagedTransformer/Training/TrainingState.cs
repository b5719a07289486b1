using ManagedTransformer.Data.Text;

namespace ManagedTransformer.Training;

/// <summary>
/// The <c>trainer.json</c> of a checkpoint: where a run stands. With the weights and the optimiser's state it continues the run bit for
/// bit.
/// </summary>
public sealed record TrainingState
{
    /// <summary>Updates done.</summary>
    public long Step { get; set; }

    /// <summary>The run's seed: random keys are functions of the seed and the step.</summary>
    public ulong Seed { get; set; }

    /// <summary>Where the batches stand.</summary>
    public BatchPosition Position { get; set; }

    /// <summary>
    /// Lowest validation loss so far, in nats per token, over the tokens that every evaluation scores; null before the first evaluation.
    /// </summary>
    public double? BestLoss { get; set; }

    /// <summary>
    /// What the best model so far scored, the lower the better: that loss, or the negative BLEU, as the recipe's <c>best_by</c> says; null
    /// before the first evaluation, and in older checkpoints, which compared losses.
    /// </summary>
    public double? BestScore { get; set; }

    /// <summary>
    /// With early stopping: what the last evaluation scored that was better by enough; null before the first, and without.
    /// </summary>
    public double? StoppingScore { get; set; }

    /// <summary>With early stopping: evaluations since then; null without.</summary>
    public int? StaleEvaluations { get; set; }

    /// <summary>Seconds of training so far.</summary>
    public double Seconds { get; set; }

    /// <summary>Updates that the run was to have, by which schedules count; 0 in older checkpoints, which do not say.</summary>
    public long Steps { get; set; }

    /// <summary>
    /// Changes of the recipe that the run was given (<see cref="TrainingOptions.Set"/>), which it keeps when it is resumed; null for none.
    /// </summary>
    public IReadOnlyList<string>? Set { get; set; }

    /// <summary>Whether the run was interrupted while it evaluated the model of this step, so that resuming begins with that.</summary>
    public bool IsEvaluationDue { get; set; }

    /// <summary>Fingerprint of what must not change between runs: recipe (but for the number of steps) and training text.</summary>
    public string Fingerprint { get; set; } = "";
}
