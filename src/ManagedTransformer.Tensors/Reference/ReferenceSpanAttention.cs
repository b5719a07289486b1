using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>
/// Span attention, one query after the other, over all slots whatever their mask: entries 0 to Length - 1 are the window, oldest first,
/// then come the persistent ones.
/// </summary>
internal static unsafe class ReferenceSpanAttention
{
    public static void Forward(in SpanAttentionProblem problem)
    {
        for (long query = 0; query < (long)problem.Batch * problem.Heads * problem.QueryLength; query++)
        {
            (int batch, int head, int t) = Place(problem, query);
            double[] score = Scores(problem, batch, head, t);
            (double max, double sum, double normalizer) = Sums(problem, batch, head, t, score);
            double[] y = new double[problem.HeadWidth];
            for (int c = 0; c < score.Length; c++)
            {
                double weight = Math.Clamp(RawMask(problem, batch, head, t, c), 0, 1) * Math.Exp(score[c] - max) / normalizer;
                StoreWeight(problem, query, c, weight);
                for (int j = 0; j < y.Length && !problem.Y.IsAbsent; j++)
                {
                    y[j] += weight * Kept(problem, query, c) * Value(problem, batch, head, t, c, j);
                }
            }

            for (int j = 0; j < y.Length && !problem.Y.IsAbsent; j++)
            {
                Row(problem.Y, problem.YStrides, batch, t, head)[j] = (float)y[j];
            }

            if (!problem.Maxima.IsAbsent)
            {
                (problem.Maxima.Floats()[query], problem.Sums.Floats()[query], problem.Normalizers.Floats()[query]) =
                    ((float)max, (float)sum, (float)normalizer);
            }
        }
    }

    public static void Backward(in SpanAttentionGradientProblem problem)
    {
        SpanAttentionProblem forward = problem.Forward;
        int rows = forward.Length + forward.QueryLength, width = forward.HeadWidth;
        double[] dPositions = new double[forward.Length * width], dMemory = new double[forward.Heads * forward.Persistent * width],
            dMemoryValues = new double[dMemory.Length];
        double[] dSpans = new double[Math.Max(forward.Batch * forward.QueryLength, 1) * forward.Heads];
        for (int batch = 0; batch < forward.Batch; batch++)
        {
            for (int head = 0; head < forward.Heads; head++)
            {
                double[] dq = new double[forward.QueryLength * width], dk = new double[rows * width], dv = new double[rows * width];
                for (int t = 0; t < forward.QueryLength; t++)
                {
                    float* q = Row(forward.Q, forward.QStrides, batch, t, head), dy = Row(problem.DY, problem.DYStrides, batch, t, head);
                    (double[] weight, double[] dScore, dSpans[SpanIndex(forward, batch, t, head)]) =
                        Differentiate(problem, batch, head, t, dSpans[SpanIndex(forward, batch, t, head)]);
                    for (int c = 0; c < weight.Length; c++)
                    {
                        bool window = c < forward.Length;
                        int key = (t + c) * width, place = c * width, memory = ((head * forward.Persistent) + c - forward.Length) * width;
                        for (int j = 0; j < width; j++)
                        {
                            dq[(t * width) + j] += dScore[c] * Key(forward, batch, head, t, c, j);
                            if (window)
                            {
                                dk[key + j] += forward.Scale * dScore[c] * q[j];
                                dPositions[place + j] += forward.Scale * dScore[c] * q[j];
                                dv[key + j] += weight[c] * dy[j];
                            }
                            else
                            {
                                dMemory[memory + j] += dScore[c] * q[j];
                                dMemoryValues[memory + j] += Math.Sqrt(forward.Persistent) * weight[c] * dy[j];
                            }
                        }
                    }
                }

                Store(dq, problem.DQ, problem.DQStrides, batch, head, width);
                Store(dk, problem.DK, problem.DKStrides, batch, head, width);
                Store(dv, problem.DV, problem.DVStrides, batch, head, width);
            }
        }

        Store(dPositions, problem.DPositions);
        Store(dMemory, problem.DPersistentKeys);
        Store(dMemoryValues, problem.DPersistentValues);
        Store(forward.SpanStrides.Time == 0 ? dSpans[..forward.Heads] : dSpans, problem.DSpans);
    }

    /// <summary>
    /// One query's weights after dropout and gradients of its scores, and the gradient of its span added to what the span has received.
    /// </summary>
    private static (double[] Weights, double[] Scores, double Span) Differentiate(in SpanAttentionGradientProblem problem, int batch,
        int head, int t, double span)
    {
        SpanAttentionProblem forward = problem.Forward;
        long query = ((((long)batch * forward.Heads) + head) * forward.QueryLength) + t;
        float* dy = Row(problem.DY, problem.DYStrides, batch, t, head);
        double[] score = Scores(forward, batch, head, t), weight = new double[score.Length], dWeight = new double[score.Length];
        (double max, _, double normalizer) = Sums(forward, batch, head, t, score);
        double total = 0, epsilon = Epsilon(forward);
        for (int c = 0; c < score.Length; c++)
        {
            weight[c] = Math.Clamp(RawMask(forward, batch, head, t, c), 0, 1) * Math.Exp(score[c] - max) / normalizer;
            for (int j = 0; j < forward.HeadWidth; j++)
            {
                dWeight[c] += Kept(forward, query, c) * dy[j] * Value(forward, batch, head, t, c, j);
            }

            total += weight[c] * dWeight[c];
        }

        for (int c = 0; c < score.Length; c++)
        {
            double difference = dWeight[c] - total, share = Math.Exp(score[c] - max) / normalizer;
            if (c < forward.Length && RawMask(forward, batch, head, t, c) is >= 0 and <= 1)
            {
                span += share * difference / forward.Ramp;
            }

            score[c] = (weight[c] * difference) - (epsilon * share * total);
            weight[c] *= Kept(forward, query, c);
        }

        return (weight, score, span);
    }

    private static double[] Scores(in SpanAttentionProblem problem, int batch, int head, int t)
    {
        float* q = Row(problem.Q, problem.QStrides, batch, t, head);
        double[] score = new double[problem.Length + problem.Persistent];
        for (int c = 0; c < score.Length; c++)
        {
            for (int j = 0; j < problem.HeadWidth; j++)
            {
                score[c] += q[j] * Key(problem, batch, head, t, c, j);
            }
        }

        return score;
    }

    /// <summary>Element j of what a query is multiplied with for entry c.</summary>
    private static double Key(in SpanAttentionProblem problem, int batch, int head, int t, int c, int j) => c < problem.Length
        ? problem.Scale * ((double)Row(problem.K, problem.KStrides, batch, t + c, head)[j]
            + problem.Positions.Floats()[(c * problem.HeadWidth) + j])
        : problem.PersistentKeys.Floats()[(((head * problem.Persistent) + c - problem.Length) * problem.HeadWidth) + j];

    private static double Value(in SpanAttentionProblem problem, int batch, int head, int t, int c, int j) => c < problem.Length
        ? Row(problem.V, problem.VStrides, batch, t + c, head)[j]
        : Math.Sqrt(problem.Persistent)
            * problem.PersistentValues.Floats()[(((head * problem.Persistent) + c - problem.Length) * problem.HeadWidth) + j];

    /// <summary>The largest score M, sum e^(s - M), and sum m e^(s - M) + epsilon sum e^(s - M).</summary>
    private static (double Max, double Sum, double Normalizer) Sums(in SpanAttentionProblem problem, int batch, int head, int t,
        double[] score)
    {
        double max = score.Max(), sum = 0, masked = 0;
        for (int c = 0; c < score.Length; c++)
        {
            double exponential = Math.Exp(score[c] - max);
            sum += exponential;
            masked += Math.Clamp(RawMask(problem, batch, head, t, c), 0, 1) * exponential;
        }

        return (max, sum, masked + (Epsilon(problem) * sum));
    }

    private static double Epsilon(in SpanAttentionProblem problem) => problem.Spans.IsAbsent ? 0 : SpanAttentionProblem.Epsilon;

    /// <summary>The mask of entry c before it is clipped, in the precision of the kernels since its kinks decide about gradients.</summary>
    private static float RawMask(in SpanAttentionProblem problem, int batch, int head, int t, int c) =>
        problem.Spans.IsAbsent || c >= problem.Length
            ? 2
            : ((problem.Spans.Floats()[SpanIndex(problem, batch, t, head)] + 1 - (problem.Length - c)) / problem.Ramp) + 1;

    /// <summary>The factor that dropout puts on a weight: 0 or 1 / (1 - p).</summary>
    private static double Kept(in SpanAttentionProblem problem, long query, int c)
    {
        if (problem.Dropout == 0)
        {
            return 1;
        }

        long element = (query << 32) + (1L << 31) + c - problem.Length;
        return ReferenceRandomKernels.Unit(problem.DropoutKey, element) < problem.Dropout ? 0 : 1 / (1 - (double)problem.Dropout);
    }

    private static void StoreWeight(in SpanAttentionProblem problem, long query, int c, double weight)
    {
        if (c < problem.Length && !problem.Weights.IsAbsent)
        {
            problem.Weights.Floats()[(query * problem.Length) + c] = (float)weight;
        }
        else if (c >= problem.Length && !problem.PersistentWeights.IsAbsent)
        {
            problem.PersistentWeights.Floats()[(query * problem.Persistent) + c - problem.Length] = (float)weight;
        }
    }

    private static (int Batch, int Head, int Time) Place(in SpanAttentionProblem problem, long query) =>
        ((int)(query / problem.QueryLength / problem.Heads), (int)(query / problem.QueryLength % problem.Heads),
            (int)(query % problem.QueryLength));

    private static long SpanIndex(in SpanAttentionProblem problem, int batch, int t, int head) =>
        (batch * problem.SpanStrides.Batch) + (t * problem.SpanStrides.Time) + (head * problem.SpanStrides.Head);

    private static float* Row(DeviceBuffer buffer, RowStrides strides, int batch, int time, int head) =>
        buffer.Floats() + (batch * strides.Batch) + (time * strides.Time) + (head * strides.Head);

    private static void Store(double[] values, DeviceBuffer buffer, RowStrides strides, int batch, int head, int width)
    {
        for (int i = 0; i < values.Length; i++)
        {
            Row(buffer, strides, batch, i / width, head)[i % width] = (float)values[i];
        }
    }

    private static void Store(double[] values, DeviceBuffer buffer)
    {
        for (int i = 0; i < values.Length && !buffer.IsAbsent; i++)
        {
            buffer.Floats()[i] = (float)values[i];
        }
    }
}
