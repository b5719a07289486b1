namespace ManagedTransformer.Benchmarks;

/// <summary>Rates of two devices at the same work.</summary>
/// <param name="Group">What kind of work it is: kernel, product, attention, training or generation.</param>
/// <param name="Work">The work.</param>
/// <param name="Unit">Unit of the rates, for instance <c>GFLOP/s</c>; more is better.</param>
/// <param name="First">Median rate of the first device.</param>
/// <param name="Second">Median rate of the second.</param>
public sealed record DeviceRate(string Group, string Work, string Unit, double First, double Second)
{
    /// <summary>The rate of the second device as a multiple of the first one's.</summary>
    public double Ratio => Second / First;
}
