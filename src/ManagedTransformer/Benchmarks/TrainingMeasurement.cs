namespace ManagedTransformer.Benchmarks;

/// <summary>The speed and memory of training steps.</summary>
/// <param name="Milliseconds">Median time of a step: forward, backward and update.</param>
/// <param name="TokensPerSecond">Tokens of a batch divided by that time.</param>
/// <param name="Parameters">Trainable values of the model.</param>
/// <param name="PeakMebibytes">Most memory that the process has held so far.</param>
/// <param name="AllocatedBytesPerStep">Managed memory that a step allocates on the thread that asks for it.</param>
/// <param name="Loss">Loss of the last step, nats per token.</param>
public sealed record TrainingMeasurement(
    double Milliseconds, double TokensPerSecond, long Parameters, double PeakMebibytes, long AllocatedBytesPerStep, double Loss)
{
    /// <summary>Median time of a step whose passes were computed, where those of the others were replayed; null elsewhere.</summary>
    public double? MillisecondsWithoutReplay { get; init; }

    /// <summary>Where the time goes; null unless asked for.</summary>
    public TrainingProfile? Profile { get; init; }
}
