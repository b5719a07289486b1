namespace ManagedTransformer.Tensors.Benchmarks;

/// <summary>The speed of a matrix product.</summary>
/// <param name="Problem">The product that was computed.</param>
/// <param name="Threads">Threads that worked on it.</param>
/// <param name="Milliseconds">Median time of one product.</param>
public sealed record GemmMeasurement(GemmShape Problem, int Threads, double Milliseconds)
{
    /// <summary>Billions of multiplications and additions per second: 2 M N K / time.</summary>
    public double GigaflopsPerSecond => 2.0 * Problem.M * Problem.N * Problem.K / (Milliseconds * 1e6);
}
