namespace ManagedTransformer.Tensors.Benchmarks;

/// <summary>The speed of the machine's memory.</summary>
/// <param name="Threads">Threads that used it at once.</param>
/// <param name="ReadGigabytesPerSecond">Billions of bytes read per second.</param>
/// <param name="CopyGigabytesPerSecond">Billions of bytes read and written per second of copying; lines that a cache fetches before they
/// are overwritten do not count.</param>
public sealed record BandwidthMeasurement(int Threads, double ReadGigabytesPerSecond, double CopyGigabytesPerSecond);
