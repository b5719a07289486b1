namespace ManagedTransformer.Checkpoints;

/// <summary>How a model is converted.</summary>
public sealed record ConversionOptions
{
    /// <summary>What to.</summary>
    public ConversionTarget Target { get; init; }
}
