namespace ManagedTransformer.Generation.Processors;

/// <summary>Divides every score by a temperature t: z[i] = z[i] / t. Below 1 is more certain, above 1 more varied.</summary>
public sealed class TemperatureLogitsWarper : ILogitsProcessor
{
    private readonly float _temperature;

    /// <summary>A warper.</summary>
    /// <param name="temperature">t, above 0.</param>
    /// <exception cref="InputException">It is not.</exception>
    public TemperatureLogitsWarper(float temperature)
    {
        if (!(temperature > 0) || float.IsInfinity(temperature))
        {
            throw new InputException(FormattableString.Invariant($"The temperature ({temperature}) must be a positive number."));
        }

        _temperature = temperature;
    }

    /// <inheritdoc/>
    public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits)
    {
        foreach (ref float logit in logits)
        {
            logit /= _temperature;
        }
    }
}
