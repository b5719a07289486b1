using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Optimiser updates, one parameter after the other.</summary>
internal sealed unsafe class ReferenceOptimizerKernels : IOptimizerKernels
{
    public void Adam(ReadOnlySpan<AdamProblem> problems)
    {
        foreach (AdamProblem problem in problems)
        {
            for (long i = 0; i < problem.Count; i++)
            {
                Adam(problem.W, problem.M, problem.V, i, problem.Gradient.Floats()[i], problem.Coefficients);
            }
        }
    }

    public void AdamRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer m, DeviceBuffer v, in AdamCoefficients coefficients)
    {
        foreach ((long row, double[] sum) in ReferenceRowSums.Of(gradient))
        {
            for (int j = 0; j < sum.Length; j++)
            {
                Adam(w, m, v, (row * sum.Length) + j, sum[j], coefficients);
            }
        }
    }

    public void Sgd(ReadOnlySpan<SgdProblem> problems)
    {
        foreach (SgdProblem problem in problems)
        {
            for (long i = 0; i < problem.Count; i++)
            {
                Sgd(problem.W, problem.B, i, problem.Gradient.Floats()[i], problem.GradientScale, problem.Rate, problem.Momentum,
                    problem.Nesterov, problem.Decay);
            }
        }
    }

    public void SgdRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer b, float gradientScale, float rate, float momentum,
        bool nesterov, float decay)
    {
        foreach ((long row, double[] sum) in ReferenceRowSums.Of(gradient))
        {
            for (int j = 0; j < sum.Length; j++)
            {
                Sgd(w, b, (row * sum.Length) + j, sum[j], gradientScale, rate, momentum, nesterov, decay);
            }
        }
    }

    public void Adagrad(ReadOnlySpan<AdagradProblem> problems)
    {
        foreach (AdagradProblem problem in problems)
        {
            for (long i = 0; i < problem.Count; i++)
            {
                Adagrad(problem.W, problem.A, i, problem.Gradient.Floats()[i], problem.GradientScale, problem.Rate, problem.Epsilon);
            }
        }
    }

    public void AdagradRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer a, float gradientScale, float rate, float epsilon)
    {
        foreach ((long row, double[] sum) in ReferenceRowSums.Of(gradient))
        {
            for (int j = 0; j < sum.Length; j++)
            {
                Adagrad(w, a, (row * sum.Length) + j, sum[j], gradientScale, rate, epsilon);
            }
        }
    }

    public void SumOfSquares(ReadOnlySpan<SquareSumProblem> problems)
    {
        foreach (SquareSumProblem problem in problems)
        {
            double sum = 0;
            for (long i = 0; i < problem.Count; i++)
            {
                sum += ReferenceMath.Square(problem.X.Floats()[i]);
            }

            problem.Y.Floats()[0] = (float)sum;
        }
    }

    public void SumOfSquaresRows(in RowContributions gradient, DeviceBuffer y)
    {
        double squares = 0;
        foreach ((long row, double[] sum) in ReferenceRowSums.Of(gradient))
        {
            squares += sum.Sum(ReferenceMath.Square);
            for (int j = 0; j < sum.Length && !gradient.Summed.IsAbsent; j++)
            {
                gradient.Summed.Floats()[(row * sum.Length) + j] = (float)sum[j];
            }
        }

        y.Floats()[0] = (float)squares;
    }

    private static void Adam(DeviceBuffer w, DeviceBuffer m, DeviceBuffer v, long i, double gradient, in AdamCoefficients c)
    {
        float* weight = w.Floats() + i, first = m.Floats() + i, second = v.Floats() + i;
        double g = (c.GradientScale * gradient) + ((double)c.GradientDecay * *weight);
        double newFirst = ((double)c.Beta1 * *first) + ((1 - (double)c.Beta1) * g);
        double newSecond = ((double)c.Beta2 * *second) + ((1 - (double)c.Beta2) * g * g);
        double decayed = *weight * (1 - (double)c.Decay);
        *first = (float)newFirst;
        *second = (float)newSecond;
        *weight = (float)(decayed - (c.StepSize * newFirst / ((Math.Sqrt(newSecond) * c.RootScale) + c.Epsilon)));
    }

    private static void Sgd(DeviceBuffer w, DeviceBuffer b, long i, double gradient, float gradientScale, float rate, float momentum,
        bool nesterov, float decay)
    {
        float* weight = w.Floats() + i;
        double g = (gradientScale * gradient) + ((double)decay * *weight), step = g;
        if (momentum != 0)
        {
            float* velocity = b.Floats() + i;
            double newVelocity = ((double)momentum * *velocity) + g;
            *velocity = (float)newVelocity;
            step = nesterov ? g + (momentum * newVelocity) : newVelocity;
        }

        *weight = (float)(*weight - (rate * step));
    }

    private static void Adagrad(DeviceBuffer w, DeviceBuffer a, long i, double gradient, float gradientScale, float rate, float epsilon)
    {
        float* weight = w.Floats() + i, accumulated = a.Floats() + i;
        double g = gradientScale * gradient, newAccumulated = *accumulated + (g * g);
        *accumulated = (float)newAccumulated;
        *weight = (float)(*weight - (rate * g / (Math.Sqrt(newAccumulated) + epsilon)));
    }
}
