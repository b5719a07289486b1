using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Profiling;

namespace ManagedTransformer.Benchmarks;

/// <summary>
/// The least time of a step on a card, from counted operations and bytes: a prediction, no measurement. A kernel with o operations and b
/// bytes takes max(o / rate, b / bandwidth); the step takes as long as all of them, or as long as the host needs to start them, whichever
/// is longer. Nothing is expected to stay in a cache between kernels.
/// </summary>
/// <param name="card">The ceilings.</param>
/// <param name="precision">How exactly matrices are multiplied.</param>
public sealed class StepPrediction(CardCeilings card, MatMulPrecision precision)
{
    /// <summary>Microseconds of the host that are assumed for a launch.</summary>
    public const double LaunchMicroseconds = 5;

    // What runs on tensor cores: products, and attention where heads have the usual widths, which are taken to be all.
    private static readonly string[] _products = ["MatMul ", "Attention", "SpanAttention", "LinearAttention"];

    /// <summary>Milliseconds of a kernel's calls in a step, without their launches.</summary>
    /// <param name="kernel">What was counted.</param>
    public double Milliseconds(KernelCost kernel) => Math.Max(ComputeMilliseconds(kernel), MemoryMilliseconds(kernel));

    /// <summary>Whether a kernel's arithmetic takes longer than its memory.</summary>
    /// <param name="kernel">What was counted.</param>
    public bool IsBoundByArithmetic(KernelCost kernel) => ComputeMilliseconds(kernel) > MemoryMilliseconds(kernel);

    /// <summary>Milliseconds of all kernels of a step.</summary>
    /// <param name="kernels">What was counted.</param>
    public double KernelMilliseconds(IEnumerable<KernelCost> kernels) => kernels.Sum(Milliseconds);

    /// <summary>Milliseconds that the host takes to start the kernels of a step, at one launch per call: the least.</summary>
    /// <param name="kernels">What was counted.</param>
    public static double LaunchMilliseconds(IEnumerable<KernelCost> kernels) =>
        kernels.Sum(kernel => kernel.Calls) * LaunchMicroseconds / 1e3;

    private double ComputeMilliseconds(KernelCost kernel)
    {
        bool isProduct = _products.Any(name => kernel.Kernel.StartsWith(name, StringComparison.Ordinal));
        return kernel.Operations / (isProduct ? card.MatMul(precision) : card.Float32) / 1e6;
    }

    private double MemoryMilliseconds(KernelCost kernel) => kernel.Bytes / card.GigabytesPerSecond / 1e6;
}
