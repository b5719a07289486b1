namespace ManagedTransformer.Training;

/// <summary>Where a run stands, reported after an update or an evaluation.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="Steps">Updates in all.</param>
/// <param name="Loss">Loss of the last update's batches, nats per token.</param>
/// <param name="BitsPerCharacter">The same in bits per character of the training text, for models of plain text.</param>
/// <param name="LearningRate">Rate of the last update.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
/// <param name="TokensPerSecond">Speed since the last report, evaluations left out.</param>
/// <param name="Remaining">Time to the end at the speed so far.</param>
/// <param name="Validation">Result of an evaluation, where this reports one.</param>
public readonly record struct TrainingProgress(
    long Step, long Steps, double Loss, double? BitsPerCharacter, double LearningRate, double GradientNorm, double TokensPerSecond,
    TimeSpan Remaining, ValidationResult? Validation)
{
    /// <summary>Seconds of training and evaluation since the run began, its earlier sessions included.</summary>
    public double Seconds { get; init; }
}
