using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Softmax and cross-entropy, row by row.</summary>
internal sealed unsafe class ReferenceSoftmaxKernels : ISoftmaxKernels
{
    public void Softmax(DeviceBuffer x, DeviceBuffer y, long rows, int n)
    {
        for (long row = 0; row < rows; row++)
        {
            float* source = x.Floats() + (row * n), result = y.Floats() + (row * n);
            double max = Max(source, n), sum = 0;
            for (int j = 0; j < n; j++)
            {
                sum += Exponential(source[j], max);
            }

            for (int j = 0; j < n; j++)
            {
                result[j] = sum == 0 ? 0 : (float)(Exponential(source[j], max) / sum);
            }
        }
    }

    public void SoftmaxGradient(DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long rows, int n)
    {
        for (long row = 0; row < rows; row++)
        {
            float* p = y.Floats() + (row * n), upstream = dy.Floats() + (row * n), result = dx.Floats() + (row * n);
            double dot = 0;
            for (int j = 0; j < n; j++)
            {
                dot += (double)upstream[j] * p[j];
            }

            for (int j = 0; j < n; j++)
            {
                result[j] = (float)(p[j] * (upstream[j] - dot));
            }
        }
    }

    public void LogSoftmax(DeviceBuffer x, DeviceBuffer y, long rows, int n)
    {
        for (long row = 0; row < rows; row++)
        {
            float* source = x.Floats() + (row * n), result = y.Floats() + (row * n);
            double logSumExp = LogSumExp(source, n);
            for (int j = 0; j < n; j++)
            {
                result[j] = (float)(source[j] - logSumExp);
            }
        }
    }

    public void LogSoftmaxGradient(DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long rows, int n)
    {
        for (long row = 0; row < rows; row++)
        {
            float* logP = y.Floats() + (row * n), upstream = dy.Floats() + (row * n), result = dx.Floats() + (row * n);
            double sum = 0;
            for (int j = 0; j < n; j++)
            {
                sum += upstream[j];
            }

            for (int j = 0; j < n; j++)
            {
                result[j] = (float)(upstream[j] - (Math.Exp(logP[j]) * sum));
            }
        }
    }

    public void CrossEntropy(DeviceBuffer x, DeviceBuffer targets, int ignored, float targetWeight, float classWeight,
        DeviceBuffer loss, DeviceBuffer nll, DeviceBuffer sums, long rows, int n)
    {
        for (long row = 0; row < rows; row++)
        {
            float* source = x.Floats() + (row * n);
            int target = Target(targets, row, ignored, n);
            double normalizer = LogSumExp(source, n), targetLoss = 0, classLoss = 0;
            if (target != ignored)
            {
                targetLoss = normalizer - source[target];
                for (int v = 0; v < n; v++)
                {
                    classLoss += normalizer - source[v];
                }
            }

            // A zero weight leaves its term out, also where the term is infinite.
            double total = (targetWeight == 0 ? 0 : targetWeight * targetLoss) + (classWeight == 0 ? 0 : classWeight * classLoss);
            loss.Floats()[row] = (float)total;
            double max = Max(source, n);
            sums.Floats()[2 * row] = (float)max;
            sums.Floats()[(2 * row) + 1] = double.IsInfinity(max) ? 1 : (float)Math.Exp(normalizer - max);
            if (!nll.IsAbsent)
            {
                nll.Floats()[row] = (float)targetLoss;
            }
        }
    }

    public void CrossEntropyGradient(DeviceBuffer x, DeviceBuffer targets, int ignored, float targetWeight, float classWeight,
        DeviceBuffer sums, DeviceBuffer scale, bool scaleIsScalar, DeviceBuffer dx, long rows, int n)
    {
        for (long row = 0; row < rows; row++)
        {
            float* source = x.Floats() + (row * n), result = dx.Floats() + (row * n);
            int target = Target(targets, row, ignored, n);
            double s = scale.Floats()[scaleIsScalar ? 0 : row], max = sums.Floats()[2 * row], sum = sums.Floats()[(2 * row) + 1];
            for (int v = 0; v < n; v++)
            {
                double p = Math.Exp(source[v] - max) / sum;
                double slope = ((targetWeight + ((double)n * classWeight)) * p) - classWeight - (v == target ? targetWeight : 0);
                result[v] = target == ignored ? 0 : (float)(s * slope);
            }
        }
    }

    private static int Target(DeviceBuffer targets, long row, int ignored, int n)
    {
        int target = targets.Integers()[row];
        return target == ignored || (uint)target < (uint)n
            ? target
            : throw new ArgumentOutOfRangeException(nameof(targets), $"cross-entropy: the target {target} of row {row} is not among the {n} classes.");
    }

    private static double LogSumExp(float* x, int n)
    {
        double max = Max(x, n), sum = 0;
        for (int j = 0; j < n; j++)
        {
            sum += Exponential(x[j], max);
        }

        return max + Math.Log(sum);
    }

    private static double Max(float* x, int n)
    {
        double max = double.NegativeInfinity;
        for (int j = 0; j < n; j++)
        {
            max = Math.Max(max, x[j]);
        }

        return max;
    }

    // A row of minus infinities: -infinity minus itself would be NaN.
    private static double Exponential(double x, double max) => double.IsNegativeInfinity(x) ? 0 : Math.Exp(x - max);
}
