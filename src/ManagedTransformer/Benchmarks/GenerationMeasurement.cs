namespace ManagedTransformer.Benchmarks;

/// <summary>The speed and memory of generation at one length of text.</summary>
/// <param name="Length">Tokens of the text, the measured one included.</param>
/// <param name="MillisecondsPerToken">Median time of one step.</param>
/// <param name="StateBytes">What the model remembers at this length.</param>
/// <param name="AllocatedBytesPerToken">Managed memory that one step allocates on all threads: the median of groups of steps.</param>
public sealed record GenerationMeasurement(int Length, double MillisecondsPerToken, long StateBytes, long AllocatedBytesPerToken)
{
    /// <summary>Tokens per second, one sequence at a time.</summary>
    public double TokensPerSecond => 1e3 / MillisecondsPerToken;
}
