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
            double max = Max(source, n), logarithm = Math.Log(Sum(source, n, max));
            for (int j = 0; j < n; j++)
            {
                result[j] = (float)(source[j] - max - logarithm);
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
            double max = Max(source, n), sum = Sum(source, n, max), logarithm = Math.Log(sum), targetLoss = 0, classLoss = 0;
            if (target != ignored)
            {
                targetLoss = max - source[target] + logarithm;
                for (int v = 0; v < n; v++)
                {
                    classLoss += max - source[v] + logarithm;
                }
            }

            // A zero weight leaves its term out, also where the term is infinite.
            double total = (targetWeight == 0 ? 0 : targetWeight * targetLoss) + (classWeight == 0 ? 0 : classWeight * classLoss);
            loss.Floats()[row] = (float)total;
            sums.Floats()[2 * row] = (float)max;
            sums.Floats()[(2 * row) + 1] = (float)sum;
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
            : throw new ArgumentOutOfRangeException(nameof(targets),
                $"cross-entropy: the target {target} of row {row} is not among the {n} classes.");
    }

    // Of e^(x - max); 1 where the largest x is infinite.
    private static double Sum(float* x, int n, double max)
    {
        if (double.IsInfinity(max))
        {
            return 1;
        }

        double sum = 0;
        for (int j = 0; j < n; j++)
        {
            sum += Exponential(x[j], max);
        }

        return sum;
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
