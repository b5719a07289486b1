using ManagedTransformer.Tensors.Cpu.Indexing;
using ManagedTransformer.Tensors.Cpu.Optimizers;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Fused optimiser updates with the vectors of one width.</summary>
internal sealed unsafe class CpuOptimizerKernels<TOps, TVector> : IOptimizerKernels
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public void Adam(ReadOnlySpan<AdamProblem> problems)
    {
        foreach (AdamProblem problem in problems)
        {
            AdamStep<TOps, TVector> step = AdamStep(problem.W, problem.Gradient, problem.M, problem.V, problem.Coefficients);
            Ranges.Run(problem.Count, Ranges.Grain, ref step);
        }
    }

    public void AdamRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer m, DeviceBuffer v, in AdamCoefficients coefficients) =>
        RowUpdate<TOps, TVector, AdamStep<TOps, TVector>>.Run(gradient, AdamStep(w, default, m, v, coefficients));

    public void Sgd(ReadOnlySpan<SgdProblem> problems)
    {
        foreach (SgdProblem problem in problems)
        {
            SgdStep<TOps, TVector> step = SgdStep(problem.W, problem.Gradient, problem.B, problem.GradientScale, problem.Rate,
                problem.Momentum, problem.Nesterov, problem.Decay);
            Ranges.Run(problem.Count, Ranges.Grain, ref step);
        }
    }

    public void SgdRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer b, float gradientScale, float rate, float momentum,
        bool nesterov, float decay) =>
        RowUpdate<TOps, TVector, SgdStep<TOps, TVector>>.Run(gradient,
            SgdStep(w, default, b, gradientScale, rate, momentum, nesterov, decay));

    public void Adagrad(ReadOnlySpan<AdagradProblem> problems)
    {
        foreach (AdagradProblem problem in problems)
        {
            AdagradStep<TOps, TVector> step =
                AdagradStep(problem.W, problem.Gradient, problem.A, problem.GradientScale, problem.Rate, problem.Epsilon);
            Ranges.Run(problem.Count, Ranges.Grain, ref step);
        }
    }

    public void AdagradRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer a, float gradientScale, float rate, float epsilon) =>
        RowUpdate<TOps, TVector, AdagradStep<TOps, TVector>>.Run(gradient, AdagradStep(w, default, a, gradientScale, rate, epsilon));

    public void SumOfSquares(ReadOnlySpan<SquareSumProblem> problems)
    {
        foreach (SquareSumProblem problem in problems)
        {
            long ranges = (problem.Count + Ranges.Grain - 1) / Ranges.Grain;
            using var parts = new PooledScratch(2 * Math.Max(1, ranges));
            var job = new SquareSum<TOps, TVector> { X = problem.X.Floats(), Parts = (double*)parts.Floats };
            Ranges.Run(problem.Count, Ranges.Grain, ref job);
            *problem.Y.Floats() = Sum(job.Parts, ranges);
        }
    }

    public void SumOfSquaresRows(in RowContributions gradient, DeviceBuffer y)
    {
        long range = Math.Max(1, Ranges.Grain / Math.Max(1, gradient.Width)), ranges = (gradient.Count + range - 1) / range;
        long shared = gradient.PerValue > 1 && gradient.Summed.IsAbsent ? gradient.Count / gradient.PerValue : 0;
        using var parts = new PooledScratch(2 * Math.Max(1, ranges + shared));
        var job = new RowSquareSum<TOps, TVector>
        {
            Sums = new ContributionSums<TOps, TVector>(gradient),
            Parts = (double*)parts.Floats,
            Range = range,
        };
        if (shared > 0)
        {
            job.ValueSquares = job.Parts + ranges;
            var squares = new ValueSquares<TOps, TVector>
            {
                Values = gradient.Values.Floats(),
                Squares = job.ValueSquares,
                Width = gradient.Width,
            };
            Ranges.RunRows(shared, gradient.Width, ref squares);
        }

        Ranges.Run(gradient.Count, range, ref job);
        *y.Floats() = Sum(job.Parts, ranges);
    }

    private static float Sum(double* parts, long count)
    {
        double sum = 0;
        for (long i = 0; i < count; i++)
        {
            sum += parts[i];
        }

        return (float)sum;
    }

    private static AdamStep<TOps, TVector> AdamStep(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer m, DeviceBuffer v,
        in AdamCoefficients coefficients) => new()
        {
            W = w.Floats(),
            Gradient = gradient.Floats(),
            M = m.Floats(),
            V = v.Floats(),
            Coefficients = coefficients,
        };

    private static SgdStep<TOps, TVector> SgdStep(
        DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer b, float gradientScale, float rate, float momentum, bool nesterov,
        float decay) => new()
        {
            W = w.Floats(),
            Gradient = gradient.Floats(),
            B = momentum == 0 ? null : b.Floats(),
            GradientScale = gradientScale,
            Rate = rate,
            Momentum = momentum,
            Nesterov = nesterov,
            Decay = decay,
        };

    private static AdagradStep<TOps, TVector> AdagradStep(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer a, float gradientScale,
        float rate, float epsilon) => new()
        {
            W = w.Floats(),
            Gradient = gradient.Floats(),
            A = a.Floats(),
            GradientScale = gradientScale,
            Rate = rate,
            Epsilon = epsilon,
        };
}
