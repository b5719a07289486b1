using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Normalisations, row by row or column by column.</summary>
internal sealed unsafe class ReferenceNormalizationKernels : INormalizationKernels
{
    public void LayerNorm(DeviceBuffer x, DeviceBuffer residual, DeviceBuffer gain, DeviceBuffer bias, float epsilon,
        DeviceBuffer sum, DeviceBuffer y, DeviceBuffer mean, DeviceBuffer rstd, long rows, int width)
    {
        float* g = gain.Floats(), b = bias.Floats();
        double[] s = new double[width];
        for (long row = 0; row < rows; row++)
        {
            for (int j = 0; j < width; j++)
            {
                long place = (row * width) + j;
                s[j] = x.Floats()[place];
                if (!residual.IsAbsent)
                {
                    s[j] = sum.Floats()[place] = (float)(s[j] + residual.Floats()[place]);
                }
            }

            double m = s.Sum() / width;
            double r = 1 / Math.Sqrt((s.Sum(value => ReferenceMath.Square(value - m)) / width) + epsilon);
            for (int j = 0; j < width; j++)
            {
                y.Floats()[(row * width) + j] = (float)((g[j] * (s[j] - m) * r) + b[j]);
            }

            mean.Floats()[row] = (float)m;
            rstd.Floats()[row] = (float)r;
        }
    }

    public void LayerNormGradient(DeviceBuffer s, DeviceBuffer gain, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer dy,
        DeviceBuffer dSum, DeviceBuffer ds, DeviceBuffer dGain, DeviceBuffer dBias, long rows, int width)
    {
        double[] gainSum = new double[width], biasSum = new double[width];
        for (long row = 0; row < rows; row++)
        {
            float* source = s.Floats() + (row * width), upstream = dy.Floats() + (row * width), result = ds.Floats() + (row * width);
            double m = mean.Floats()[row], r = rstd.Floats()[row], meanG = 0, meanGXhat = 0;
            for (int j = 0; j < width; j++)
            {
                double g = (double)gain.Floats()[j] * upstream[j], xhat = (source[j] - m) * r;
                meanG += g / width;
                meanGXhat += g * xhat / width;
                gainSum[j] += upstream[j] * xhat;
                biasSum[j] += upstream[j];
            }

            for (int j = 0; j < width; j++)
            {
                double g = (double)gain.Floats()[j] * upstream[j], xhat = (source[j] - m) * r;
                double other = dSum.IsAbsent ? 0 : dSum.Floats()[(row * width) + j];
                result[j] = (float)((r * (g - meanG - (xhat * meanGXhat))) + other);
            }
        }

        Store(gainSum, dGain);
        Store(biasSum, dBias);
    }

    public void RmsNorm(DeviceBuffer x, DeviceBuffer residual, DeviceBuffer gain, float epsilon, DeviceBuffer sum, DeviceBuffer y,
        DeviceBuffer rrms, long rows, int width)
    {
        for (long row = 0; row < rows; row++)
        {
            float* source = x.Floats() + (row * width), result = y.Floats() + (row * width);
            double meanSquare = 0;
            for (int j = 0; j < width && !residual.IsAbsent; j++)
            {
                sum.Floats()[(row * width) + j] = source[j] + residual.Floats()[(row * width) + j];
            }

            source = residual.IsAbsent ? source : sum.Floats() + (row * width);
            for (int j = 0; j < width; j++)
            {
                meanSquare += ReferenceMath.Square(source[j]) / width;
            }

            double r = 1 / Math.Sqrt(meanSquare + epsilon);
            for (int j = 0; j < width; j++)
            {
                result[j] = (float)(gain.Floats()[j] * source[j] * r);
            }

            rrms.Floats()[row] = (float)r;
        }
    }

    public void RmsNormGradient(DeviceBuffer s, DeviceBuffer gain, DeviceBuffer rrms, DeviceBuffer dy, DeviceBuffer dSum, DeviceBuffer ds,
        DeviceBuffer dGain, long rows, int width)
    {
        double[] gainSum = new double[width];
        for (long row = 0; row < rows; row++)
        {
            float* source = s.Floats() + (row * width), upstream = dy.Floats() + (row * width), result = ds.Floats() + (row * width);
            double r = rrms.Floats()[row], meanGX = 0;
            for (int j = 0; j < width; j++)
            {
                meanGX += (double)gain.Floats()[j] * upstream[j] * source[j] / width;
                gainSum[j] += (double)upstream[j] * source[j] * r;
            }

            for (int j = 0; j < width; j++)
            {
                double other = dSum.IsAbsent ? 0 : dSum.Floats()[(row * width) + j];
                result[j] = (float)((r * (((double)gain.Floats()[j] * upstream[j]) - (source[j] * r * r * meanGX))) + other);
            }
        }

        Store(gainSum, dGain);
    }

    public void BatchStatistics(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer variance, long rows, int width)
    {
        float* source = x.Floats();
        for (int j = 0; j < width; j++)
        {
            double m = 0, squares = 0;
            for (long row = 0; row < rows; row++)
            {
                m += (double)source[(row * width) + j] / rows;
            }

            for (long row = 0; row < rows; row++)
            {
                squares += ReferenceMath.Square(source[(row * width) + j] - m);
            }

            mean.Floats()[j] = (float)m;
            variance.Floats()[j] = (float)(squares / rows);
        }
    }

    public void BatchNormalize(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer gain, DeviceBuffer bias, DeviceBuffer y,
        long rows, int width)
    {
        for (long i = 0; i < rows * width; i++)
        {
            long j = i % width;
            double xhat = ((double)x.Floats()[i] - mean.Floats()[j]) * rstd.Floats()[j];
            y.Floats()[i] = (float)((gain.Floats()[j] * xhat) + bias.Floats()[j]);
        }
    }

    public void BatchNormGradient(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer gain, DeviceBuffer dy,
        DeviceBuffer dx, DeviceBuffer dGain, DeviceBuffer dBias, long rows, int width, DeviceBuffer counts, long counted)
    {
        float* source = x.Floats(), upstream = dy.Floats();
        for (int j = 0; j < width; j++)
        {
            double m = mean.Floats()[j], r = rstd.Floats()[j], g = gain.Floats()[j], sum = 0, sumXhat = 0;
            for (long row = 0; row < rows; row++)
            {
                long place = (row * width) + j;
                sum += upstream[place];
                sumXhat += upstream[place] * (source[place] - m) * r;
            }

            dGain.Floats()[j] = (float)sumXhat;
            dBias.Floats()[j] = (float)sum;
            for (long row = 0; row < rows; row++)
            {
                long place = (row * width) + j;
                double share = counted == 0 ? 0 : (counts.IsAbsent ? 1.0 : counts.Floats()[row]) / counted;
                double centre = share * (sum + ((source[place] - m) * r * sumXhat));
                dx.Floats()[place] = (float)(g * r * (upstream[place] - centre));
            }
        }
    }

    public void GroupedNorm(in GroupedNormProblem problem)
    {
        for (long row = 0; row < problem.Rows; row++)
        {
            double[] s = Shuffled(problem, row);
            for (int group = 0; group < problem.Groups; group++)
            {
                double[] part = s[(group * problem.Width)..((group + 1) * problem.Width)];
                double mean = part.Sum() / problem.Width;
                problem.Mean.Floats()[(row * problem.Groups) + group] = (float)mean;
                problem.Rstd.Floats()[(row * problem.Groups) + group] =
                    (float)(1 / Math.Sqrt((part.Sum(value => ReferenceMath.Square(value - mean)) / problem.Width) + problem.Epsilon));
            }

            for (int place = 0; place < problem.Features; place++)
            {
                double affine = (problem.Gain.Floats()[place % problem.Width] * Normal(problem, s, row, place))
                    + problem.Bias.Floats()[place % problem.Width];
                problem.Y.Floats()[(row * problem.Outputs) + ResultPlace(problem, place)] =
                    (float)ReferenceMath.Apply(Function(problem.Activation), affine, 1, 0);
            }

            for (int place = 0; place < problem.FirstWidth && !problem.First.IsAbsent; place++)
            {
                problem.Y.Floats()[(row * problem.Outputs) + FirstPlace(problem, place)] =
                    problem.First.Floats()[(row * problem.FirstWidth) + place];
            }
        }
    }

    public void GroupedNormGradient(in GroupedNormProblem problem)
    {
        double[] gainSum = new double[problem.Width], biasSum = new double[problem.Width];
        for (long row = 0; row < problem.Rows; row++)
        {
            double[] s = Shuffled(problem, row), g = new double[problem.Features];
            for (int place = 0; place < problem.Features; place++)
            {
                int column = place % problem.Width;
                double normal = Normal(problem, s, row, place),
                    affine = (problem.Gain.Floats()[column] * normal) + problem.Bias.Floats()[column];
                double e = problem.Y.Floats()[(row * problem.Outputs) + ResultPlace(problem, place)]
                    * ReferenceMath.Derivative(Function(problem.Activation), affine, 1, 0);
                gainSum[column] += e * normal;
                biasSum[column] += e;
                g[place] = problem.Gain.Floats()[column] * e;
            }

            for (int place = 0; place < problem.Features; place++)
            {
                int group = place / problem.Width;
                double meanG = 0, meanDot = 0;
                for (int other = group * problem.Width; other < (group + 1) * problem.Width; other++)
                {
                    meanG += g[other] / problem.Width;
                    meanDot += g[other] * Normal(problem, s, row, other) / problem.Width;
                }

                double slope = problem.Rstd.Floats()[(row * problem.Groups) + group]
                    * (g[place] - meanG - (Normal(problem, s, row, place) * meanDot));
                problem.DX.Floats()[(row * problem.Features) + SourcePlace(problem, place)] = (float)slope;
            }

            for (int place = 0; place < problem.FirstWidth && !problem.DFirst.IsAbsent; place++)
            {
                problem.DFirst.Floats()[(row * problem.FirstWidth) + place] =
                    problem.Y.Floats()[(row * problem.Outputs) + FirstPlace(problem, place)];
            }
        }

        Store(gainSum, problem.DGain);
        Store(biasSum, problem.DBias);
    }

    private static UnaryOp Function(Activation activation) =>
        activation == Activation.None ? UnaryOp.Affine : Activations.FunctionOf(activation);

    private static double[] Shuffled(GroupedNormProblem problem, long row) =>
        [.. Enumerable.Range(0, problem.Features)
            .Select(place => (double)problem.X.Floats()[(row * problem.Features) + SourcePlace(problem, place)])];

    private static double Normal(in GroupedNormProblem problem, double[] s, long row, int place)
    {
        long group = (row * problem.Groups) + (place / problem.Width);
        return (s[place] - problem.Mean.Floats()[group]) * problem.Rstd.Floats()[group];
    }

    /// <summary>Place in x of the feature that stands at a place after the shuffle.</summary>
    private static int SourcePlace(in GroupedNormProblem problem, int place) =>
        problem.Shuffle ? (place % problem.Groups * problem.Width) + (place / problem.Groups) : place;

    private static int ResultPlace(in GroupedNormProblem problem, int place)
    {
        int chunk = problem.Features / problem.Chunks;
        return ((place / chunk) + 1) * (problem.FirstWidth / problem.Chunks) + place;
    }

    private static int FirstPlace(in GroupedNormProblem problem, int place)
    {
        int chunk = problem.FirstWidth / problem.Chunks;
        return (place / chunk * (problem.Features / problem.Chunks)) + place;
    }

    private static void Store(double[] values, DeviceBuffer buffer)
    {
        for (int j = 0; j < values.Length; j++)
        {
            buffer.Floats()[j] = (float)values[j];
        }
    }
}
