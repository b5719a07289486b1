using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>Times normalisations. Vectors of a row's or a column's width are too small to count.</summary>
internal sealed class ProfilingNormalizationKernels(INormalizationKernels kernels, KernelProfile profile) : INormalizationKernels
{
    public void LayerNorm(DeviceBuffer x, DeviceBuffer residual, DeviceBuffer gain, DeviceBuffer bias, float epsilon,
        DeviceBuffer sum, DeviceBuffer y, DeviceBuffer mean, DeviceBuffer rstd, long rows, int width)
    {
        using KernelClock _ = profile.Time(nameof(LayerNorm), (residual.IsAbsent ? 2 : 4) * rows * width);
        kernels.LayerNorm(x, residual, gain, bias, epsilon, sum, y, mean, rstd, rows, width);
    }

    public void LayerNormGradient(DeviceBuffer s, DeviceBuffer gain, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer dy,
        DeviceBuffer dSum, DeviceBuffer ds, DeviceBuffer dGain, DeviceBuffer dBias, long rows, int width)
    {
        using KernelClock _ = profile.Time(nameof(LayerNormGradient), (dSum.IsAbsent ? 3 : 4) * rows * width);
        kernels.LayerNormGradient(s, gain, mean, rstd, dy, dSum, ds, dGain, dBias, rows, width);
    }

    public void RmsNorm(DeviceBuffer x, DeviceBuffer residual, DeviceBuffer gain, float epsilon, DeviceBuffer sum, DeviceBuffer y,
        DeviceBuffer rrms, long rows, int width)
    {
        using KernelClock _ = profile.Time(nameof(RmsNorm), (residual.IsAbsent ? 2 : 4) * rows * width);
        kernels.RmsNorm(x, residual, gain, epsilon, sum, y, rrms, rows, width);
    }

    public void RmsNormGradient(DeviceBuffer s, DeviceBuffer gain, DeviceBuffer rrms, DeviceBuffer dy, DeviceBuffer dSum, DeviceBuffer ds,
        DeviceBuffer dGain, long rows, int width)
    {
        using KernelClock _ = profile.Time(nameof(RmsNormGradient), (dSum.IsAbsent ? 3 : 4) * rows * width);
        kernels.RmsNormGradient(s, gain, rrms, dy, dSum, ds, dGain, rows, width);
    }

    public void BatchStatistics(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer variance, long rows, int width)
    {
        using KernelClock _ = profile.Time(nameof(BatchStatistics), rows * width);
        kernels.BatchStatistics(x, mean, variance, rows, width);
    }

    public void BatchNormalize(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer gain, DeviceBuffer bias, DeviceBuffer y,
        long rows, int width)
    {
        using KernelClock _ = profile.Time(nameof(BatchNormalize), 2 * rows * width);
        kernels.BatchNormalize(x, mean, rstd, gain, bias, y, rows, width);
    }

    public void BatchNormGradient(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer gain, DeviceBuffer dy,
        DeviceBuffer dx, DeviceBuffer dGain, DeviceBuffer dBias, long rows, int width, DeviceBuffer counts, long counted)
    {
        using KernelClock _ = profile.Time(nameof(BatchNormGradient), 3 * rows * width);
        kernels.BatchNormGradient(x, mean, rstd, gain, dy, dx, dGain, dBias, rows, width, counts, counted);
    }

    public void GroupedNorm(in GroupedNormProblem problem)
    {
        using KernelClock _ = profile.Time(nameof(GroupedNorm), problem.Rows * (problem.Features + problem.FirstWidth + problem.Outputs));
        kernels.GroupedNorm(problem);
    }

    public void GroupedNormGradient(in GroupedNormProblem problem)
    {
        using KernelClock _ = profile.Time(nameof(GroupedNormGradient),
            problem.Rows * ((2 * problem.Features) + problem.FirstWidth + problem.Outputs));
        kernels.GroupedNormGradient(problem);
    }
}
