using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Reductions and scans, one line of the middle axis after the other.</summary>
internal sealed unsafe class ReferenceReductionKernels : IReductionKernels
{
    public void Reduce(ReduceOp op, DeviceBuffer x, DeviceBuffer y, long outer, int n, long inner)
    {
        float* result = y.Floats();
        for (long line = 0; line < outer * inner; line++)
        {
            float* first = Line(x.Floats(), line, n, inner);
            result[line] = (float)(op switch
            {
                ReduceOp.Sum => Sum(first, n, inner),
                ReduceOp.Max => Max(first, n, inner),
                ReduceOp.LogSumExp => LogSumExp(first, n, inner),
                _ => throw new ArgumentOutOfRangeException(nameof(op)),
            });
        }
    }

    public void ArgMax(DeviceBuffer x, DeviceBuffer indices, long outer, int n, long inner)
    {
        int* result = indices.Integers();
        for (long line = 0; line < outer * inner; line++)
        {
            float* first = Line(x.Floats(), line, n, inner);
            int best = 0;
            for (int j = 1; j < n; j++)
            {
                if (first[j * inner] > first[best * inner])
                {
                    best = j;
                }
            }

            result[line] = best;
        }
    }

    public void CumulativeSum(DeviceBuffer x, DeviceBuffer y, long outer, int n, long inner, bool reverse)
    {
        for (long line = 0; line < outer * inner; line++)
        {
            float* source = Line(x.Floats(), line, n, inner), result = Line(y.Floats(), line, n, inner);
            double sum = 0;
            for (int step = 0; step < n; step++)
            {
                long place = (reverse ? n - 1 - step : step) * inner;
                sum += source[place];
                result[place] = (float)sum;
            }
        }
    }

    public void TopK(DeviceBuffer x, DeviceBuffer values, DeviceBuffer indices, long rows, int n, int k)
    {
        int[] order = new int[n];
        for (long row = 0; row < rows; row++)
        {
            float* source = x.Floats() + (row * n);
            for (int j = 0; j < n; j++)
            {
                order[j] = j;
            }

            Array.Sort(order, (i, j) => source[i] == source[j] ? i.CompareTo(j) : source[j].CompareTo(source[i]));
            for (int j = 0; j < k; j++)
            {
                indices.Integers()[(row * k) + j] = order[j];
                values.Floats()[(row * k) + j] = source[order[j]];
            }
        }
    }

    private static float* Line(float* x, long line, int n, long inner) => x + (line / inner * n * inner) + (line % inner);

    private static double Sum(float* x, int n, long stride)
    {
        double sum = 0;
        for (int j = 0; j < n; j++)
        {
            sum += x[j * stride];
        }

        return sum;
    }

    private static double Max(float* x, int n, long stride)
    {
        double max = double.NegativeInfinity;
        for (int j = 0; j < n; j++)
        {
            max = Math.Max(max, x[j * stride]);
        }

        return max;
    }

    private static double LogSumExp(float* x, int n, long stride)
    {
        double max = Max(x, n, stride);
        if (double.IsInfinity(max))
        {
            return max; // inf - inf would be NaN
        }

        double sum = 0;
        for (int j = 0; j < n; j++)
        {
            sum += Math.Exp(x[j * stride] - max);
        }

        return max + Math.Log(sum);
    }
}
