namespace ManagedTransformer.Training;

/// <summary>How a run ended.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="IsComplete">Whether all updates are done; otherwise it was interrupted and can be resumed.</param>
/// <param name="Validation">The last evaluation; null if there was none.</param>
/// <param name="BestLoss">Lowest validation loss, nats per token, over the tokens that every evaluation scores.</param>
/// <param name="Parameters">Trainable values of the model.</param>
/// <param name="Seconds">Time of training and evaluation, earlier sessions of the run included.</param>
public sealed record TrainingResult(long Step, bool IsComplete, ValidationResult? Validation, double? BestLoss, long Parameters,
    double Seconds)
{
    /// <summary>
    /// What the best model scored, the lower the better: <see cref="BestLoss"/>, or what else the recipe keeps the best model by, such as
    /// the negative BLEU; null where there was no evaluation.
    /// </summary>
    public double? BestScore { get; init; }

    /// <summary>Whether evaluations found nothing better any more, so that the run ended before its last update.</summary>
    public bool StoppedEarly { get; init; }

    /// <summary>The highest BLEU, where the recipe keeps the best model by it; null for other recipes.</summary>
    public double? BestBleu { get; init; }
}
