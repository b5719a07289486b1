namespace ManagedTransformer.Cli.Commands;

/// <summary>The speed of a tokenizer on one thread.</summary>
/// <param name="Bytes">The length of the text.</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="Milliseconds">The time to encode it once, the median.</param>
/// <param name="Rounds">How often it was encoded after the warm-up.</param>
/// <param name="AllocatedBytesPerToken">Managed memory, the ids of the result included.</param>
internal sealed record TokenizerMeasurement(long Bytes, long Tokens, double Milliseconds, int Rounds, double AllocatedBytesPerToken)
{
    /// <summary>Megabytes (10^6 bytes) of text per second.</summary>
    public double MegabytesPerSecond => Bytes / Milliseconds / 1e3;

    /// <summary>Tokens per second.</summary>
    public double TokensPerSecond => Tokens / Milliseconds * 1e3;
}
