using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>Times optimisers: the gradient is read, weights and states are read and written.</summary>
internal sealed class ProfilingOptimizerKernels(IOptimizerKernels kernels, KernelProfile profile) : IOptimizerKernels
{
    public void Adam(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer m, DeviceBuffer v, long count, in AdamCoefficients coefficients)
    {
        using KernelClock _ = profile.Time(nameof(Adam), 7 * count);
        kernels.Adam(w, gradient, m, v, count, coefficients);
    }

    public void Sgd(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer b, long count, float gradientScale, float rate, float momentum,
        bool nesterov, float decay)
    {
        using KernelClock _ = profile.Time(nameof(Sgd), (b.IsAbsent ? 3 : 5) * count);
        kernels.Sgd(w, gradient, b, count, gradientScale, rate, momentum, nesterov, decay);
    }

    public void Adagrad(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer a, long count, float gradientScale, float rate, float epsilon)
    {
        using KernelClock _ = profile.Time(nameof(Adagrad), 5 * count);
        kernels.Adagrad(w, gradient, a, count, gradientScale, rate, epsilon);
    }

    public void SumOfSquares(DeviceBuffer x, long count, DeviceBuffer y)
    {
        using KernelClock _ = profile.Time(nameof(SumOfSquares), count);
        kernels.SumOfSquares(x, count, y);
    }

    public void AdamRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer m, DeviceBuffer v, in AdamCoefficients coefficients)
    {
        using KernelClock _ = profile.Time(nameof(AdamRows), ContributionSize.Elements(gradient, rowPasses: 6),
            ContributionSize.Operations(gradient));
        kernels.AdamRows(w, gradient, m, v, coefficients);
    }

    public void SgdRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer b, float gradientScale, float rate, float momentum,
        bool nesterov, float decay)
    {
        using KernelClock _ = profile.Time(nameof(SgdRows), ContributionSize.Elements(gradient, b.IsAbsent ? 2 : 4),
            ContributionSize.Operations(gradient));
        kernels.SgdRows(w, gradient, b, gradientScale, rate, momentum, nesterov, decay);
    }

    public void AdagradRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer a, float gradientScale, float rate, float epsilon)
    {
        using KernelClock _ = profile.Time(nameof(AdagradRows), ContributionSize.Elements(gradient, rowPasses: 4),
            ContributionSize.Operations(gradient));
        kernels.AdagradRows(w, gradient, a, gradientScale, rate, epsilon);
    }

    public void SumOfSquaresRows(in RowContributions gradient, DeviceBuffer y)
    {
        using KernelClock _ = profile.Time(nameof(SumOfSquaresRows), ContributionSize.Elements(gradient, rowPasses: 0),
            ContributionSize.Operations(gradient));
        kernels.SumOfSquaresRows(gradient, y);
    }
}
