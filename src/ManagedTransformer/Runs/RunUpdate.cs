namespace ManagedTransformer.Runs;

/// <summary>A logged update of a run. What the log does not say, or says is no number, is null.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="Seconds">Since the run began; null in logs of older versions.</param>
/// <param name="Loss">Training loss of the update, nats per token.</param>
/// <param name="BitsPerCharacter">The same in bits per character, for models of plain text.</param>
/// <param name="LearningRate">The rate of the update.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
/// <param name="TokensPerSecond">Speed since the line before.</param>
public readonly record struct RunUpdate(
    long Step, double? Seconds, double? Loss, double? BitsPerCharacter, double? LearningRate, double? GradientNorm,
    double? TokensPerSecond);
