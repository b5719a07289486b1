namespace ManagedTransformer.Benchmarks;

/// <summary>The speed of texts that step together.</summary>
/// <param name="Texts">Number of texts.</param>
/// <param name="Length">Tokens of every text, the measured one included.</param>
/// <param name="MillisecondsPerStep">Median time of one step, which gives every text a token.</param>
/// <param name="StateBytes">What the model remembers of all of them.</param>
public sealed record JointGenerationMeasurement(int Texts, int Length, double MillisecondsPerStep, long StateBytes)
{
    /// <summary>Tokens per second of all texts together.</summary>
    public double TokensPerSecond => Texts * 1e3 / MillisecondsPerStep;
}
