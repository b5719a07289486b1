using ManagedTransformer.Tensors.Profiling;

namespace ManagedTransformer.Benchmarks;

/// <summary>Where the time of training steps goes.</summary>
/// <param name="Kernels">Every kernel of a step, the most expensive first; means over the profiled steps.</param>
/// <param name="Milliseconds">Mean time of a profiled step.</param>
/// <param name="ModelOperations">
/// Model FLOPs of a step: three times the multiplications and additions of a forward pass's products (of which backward takes two: one for
/// the gradient of each operand). Work that a step repeats to save memory does not count.
/// </param>
/// <param name="PeakGigaflopsPerSecond">Median rate of a product of matrices of 1024 x 1024 on the same threads, between steps.</param>
/// <param name="Utilization">Model-FLOPs utilisation: the median over steps without a clock of model FLOPs / time / rate of the product
/// right after the step.</param>
/// <param name="LimitGigaflopsPerSecond">Median rate of multiplications and additions in registers, between steps; null on a GPU.</param>
/// <param name="UtilizationOfLimit">The same as <paramref name="Utilization"/>, of this rate; null on a GPU.</param>
public sealed record TrainingProfile(IReadOnlyList<KernelCost> Kernels, double Milliseconds, double ModelOperations,
    double PeakGigaflopsPerSecond, double Utilization, double? LimitGigaflopsPerSecond = null, double? UtilizationOfLimit = null)
{
    /// <summary>Time of a step in which no kernel ran: recording, memory, and what the profile itself costs.</summary>
    public double MillisecondsOutsideKernels => Milliseconds - Kernels.Sum(kernel => kernel.Milliseconds);
}
