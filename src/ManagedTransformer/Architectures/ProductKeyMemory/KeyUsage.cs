namespace ManagedTransformer.Architectures.ProductKeyMemory;

/// <summary>How evenly slots or half keys are used, from their summed weights.</summary>
/// <param name="Usage">Share of those with a weight.</param>
/// <param name="Kl">Divergence from uniform use, in nats.</param>
internal readonly record struct KeyUsage(double Usage, double Kl);
