using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>Times optimisers: the gradient is read, weights and states are read and written.</summary>
internal sealed class ProfilingOptimizerKernels(IOptimizerKernels kernels, KernelProfile profile) : IOptimizerKernels
{
    public void Adam(ReadOnlySpan<AdamProblem> problems)
    {
        double elements = 0;
        foreach (AdamProblem problem in problems)
        {
            elements += 7.0 * problem.Count;
        }

        using KernelClock _ = profile.Time(nameof(Adam), elements);
        kernels.Adam(problems);
    }

    public void Sgd(ReadOnlySpan<SgdProblem> problems)
    {
        double elements = 0;
        foreach (SgdProblem problem in problems)
        {
            elements += (problem.B.IsAbsent ? 3.0 : 5.0) * problem.Count;
        }

        using KernelClock _ = profile.Time(nameof(Sgd), elements);
        kernels.Sgd(problems);
    }

    public void Adagrad(ReadOnlySpan<AdagradProblem> problems)
    {
        double elements = 0;
        foreach (AdagradProblem problem in problems)
        {
            elements += 5.0 * problem.Count;
        }

        using KernelClock _ = profile.Time(nameof(Adagrad), elements);
        kernels.Adagrad(problems);
    }

    public void SumOfSquares(ReadOnlySpan<SquareSumProblem> problems)
    {
        double elements = 0;
        foreach (SquareSumProblem problem in problems)
        {
            elements += problem.Count;
        }

        using KernelClock _ = profile.Time(nameof(SumOfSquares), elements);
        kernels.SumOfSquares(problems);
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
