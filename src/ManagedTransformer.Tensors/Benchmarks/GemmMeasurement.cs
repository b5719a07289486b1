namespace ManagedTransformer.Tensors.Benchmarks;

/// <summary>The speed of a matrix product.</summary>
/// <param name="Problem">The product that was computed.</param>
/// <param name="Threads">Threads that worked on it.</param>
/// <param name="Milliseconds">Median time of one product.</param>
/// <param name="LimitGigaflopsPerSecond">Median rate of multiplications and additions in registers, measured in turns with the product, in
/// billions per second; null on a GPU.</param>
public sealed record GemmMeasurement(GemmShape Problem, int Threads, double Milliseconds, double? LimitGigaflopsPerSecond = null)
{
    /// <summary>Billions of multiplications and additions per second: 2 M N K / time.</summary>
    public double GigaflopsPerSecond => 2.0 * Problem.M * Problem.N * Problem.K / (Milliseconds * 1e6);
}
