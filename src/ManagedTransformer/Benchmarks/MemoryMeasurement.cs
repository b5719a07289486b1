namespace ManagedTransformer.Benchmarks;

/// <summary>The speed and memory of training steps of a product-key memory.</summary>
/// <param name="Slots">Number of slots.</param>
/// <param name="Milliseconds">Median time of a step: forward, backward and update.</param>
/// <param name="ForwardMilliseconds">Median time of its forward part.</param>
/// <param name="TokensPerSecond">Tokens of a step divided by its time.</param>
/// <param name="Parameters">Trainable values, the table included.</param>
/// <param name="PeakMebibytes">Most memory that the process has held so far.</param>
/// <param name="SetUpSeconds">Time to fill the table and its moments.</param>
public sealed record MemoryMeasurement(
    long Slots, double Milliseconds, double ForwardMilliseconds, double TokensPerSecond, long Parameters, double PeakMebibytes,
    double SetUpSeconds);
