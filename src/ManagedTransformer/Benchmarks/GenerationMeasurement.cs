namespace ManagedTransformer.Benchmarks;

/// <summary>The speed and memory of generation at one length of text.</summary>
/// <param name="Length">Tokens of the text, the measured one included.</param><param name="MillisecondsPerToken">Median time of one step.</param><param name="StateBytes">What the model remembers at this length.</param>
public sealed record GenerationMeasurement(int Length, double MillisecondsPerToken, long StateBytes)
{
    /// <summary>Tokens per second, one sequence at a time.</summary>
    public double TokensPerSecond => 1e3 / MillisecondsPerToken;
}
