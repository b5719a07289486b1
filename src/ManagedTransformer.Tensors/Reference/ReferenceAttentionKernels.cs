using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Attention, one query after the other: all its scores, their softmax, the weighted sum of values.</summary>
internal sealed unsafe class ReferenceAttentionKernels : IAttentionKernels
{
    public void Attention(in AttentionProblem problem)
    {
        double[] score = new double[problem.KeyLength];
        for (int batch = 0; batch < problem.Batch; batch++)
        {
            for (int head = 0; head < problem.Heads; head++)
            {
                for (int t = 0; t < problem.QueryLength; t++)
                {
                    (double max, double total) = Scores(problem, batch, head, t, score);
                    double[] sum = new double[problem.ValueWidth];
                    for (int u = 0; u < problem.KeyLength; u++)
                    {
                        float* v = Row(problem.V, problem.VStrides, batch, u, KeyHead(problem, head));
                        double weight = Weight(score[u], max, total) * Kept(problem, batch, head, t, u);
                        for (int j = 0; j < problem.ValueWidth; j++)
                        {
                            sum[j] += weight * v[j];
                        }
                    }

                    float* y = Row(problem.Y, problem.YStrides, batch, t, head);
                    for (int j = 0; j < problem.ValueWidth; j++)
                    {
                        y[j] = (float)sum[j];
                    }

                    if (!problem.Maxima.IsAbsent)
                    {
                        problem.Maxima.Floats()[Query(problem, batch, head, t)] = (float)max;
                        problem.Sums.Floats()[Query(problem, batch, head, t)] = (float)total;
                    }
                }
            }
        }
    }

    public void AttentionGradient(in AttentionGradientProblem problem)
    {
        AttentionProblem forward = problem.Forward;
        for (int batch = 0; batch < forward.Batch; batch++)
        {
            for (int keyHead = 0; keyHead < forward.KeyHeads; keyHead++)
            {
                double[] dk = new double[(long)forward.KeyLength * forward.HeadWidth];
                double[] dv = new double[(long)forward.KeyLength * forward.ValueWidth];
                for (int head = 0; head < forward.Heads; head++)
                {
                    if (KeyHead(forward, head) == keyHead)
                    {
                        AddHeadGradients(problem, batch, head, dk, dv);
                    }
                }

                Store(dk, problem.DK, problem.DKStrides, batch, keyHead, forward.KeyLength, forward.HeadWidth);
                Store(dv, problem.DV, problem.DVStrides, batch, keyHead, forward.KeyLength, forward.ValueWidth);
            }
        }
    }

    public void SpanAttention(in SpanAttentionProblem problem) => ReferenceSpanAttention.Forward(problem);

    public void SpanAttentionGradient(in SpanAttentionGradientProblem problem) => ReferenceSpanAttention.Backward(problem);

    public void LinearAttention(in LinearAttentionProblem problem) => ReferenceLinearAttention.Forward(problem);

    public void LinearAttentionGradient(in LinearAttentionGradientProblem problem) => ReferenceLinearAttention.Backward(problem);

    public void Rotate(in RotaryProblem problem)
    {
        int half = problem.Width / 2;
        IndexCheck.Indices(problem.Positions.Integers(), problem.Positions.IsAbsent ? 0 : (long)problem.Batch * problem.Length,
            problem.TableRows, null, "Rotate");
        for (long row = 0; row < (long)problem.Batch * problem.Length; row++)
        {
            int batch = (int)(row / problem.Length), t = (int)(row % problem.Length);
            long place = (long)half * (problem.Positions.IsAbsent ? problem.First + t : problem.Positions.Integers()[row]);
            for (int head = 0; head < problem.Heads; head++)
            {
                float* x = Row(problem.X, problem.XStrides, batch, t, head), y = Row(problem.Y, problem.YStrides, batch, t, head);
                for (int j = 0; j < half; j++)
                {
                    double cos = head < problem.Rotated ? problem.Cos.Floats()[place + j] : 1,
                        sin = head < problem.Rotated ? problem.Sin.Floats()[place + j] : 0;
                    sin = problem.Inverse ? -sin : sin;
                    y[j] = (float)((x[j] * cos) - (x[j + half] * sin));
                    y[j + half] = (float)((x[j + half] * cos) + (x[j] * sin));
                }
            }
        }
    }

    private static void AddHeadGradients(in AttentionGradientProblem problem, int batch, int head, double[] dk, double[] dv)
    {
        AttentionProblem forward = problem.Forward;
        double[] dq = new double[(long)forward.QueryLength * forward.HeadWidth];
        for (int t = 0; t < forward.QueryLength; t++)
        {
            AddQueryGradients(problem, batch, head, t, dq, dk, dv);
        }

        Store(dq, problem.DQ, problem.DQStrides, batch, head, forward.QueryLength, forward.HeadWidth);
    }

    /// <summary>
    /// Adds what query t contributes: dv[u] += drop(a[u]) dy; da[u] = drop(dy . v[u]); ds = a (da - sum a da); dq += Scale ds[u] k[u];
    /// dk[u] += Scale ds[u] q.
    /// </summary>
    private static void AddQueryGradients(in AttentionGradientProblem problem, int batch, int head, int t, double[] dq,
        double[] dk, double[] dv)
    {
        AttentionProblem forward = problem.Forward;
        int keys = forward.KeyLength;
        double[] weight = new double[keys], dWeight = new double[keys];
        (double max, double sum) = Scores(forward, batch, head, t, weight);
        double total = 0;
        float* q = Row(forward.Q, forward.QStrides, batch, t, head), dy = Row(problem.DY, problem.DYStrides, batch, t, head);
        for (int u = 0; u < keys; u++)
        {
            float* v = Row(forward.V, forward.VStrides, batch, u, KeyHead(forward, head));
            double kept = Kept(forward, batch, head, t, u);
            weight[u] = Weight(weight[u], max, sum);
            for (int j = 0; j < forward.ValueWidth; j++)
            {
                dv[((long)u * forward.ValueWidth) + j] += weight[u] * kept * dy[j];
                dWeight[u] += kept * dy[j] * v[j];
            }

            total += weight[u] * dWeight[u];
        }

        for (int u = 0; u < keys; u++)
        {
            float* k = Row(forward.K, forward.KStrides, batch, u, KeyHead(forward, head));
            double dScore = forward.Scale * weight[u] * (dWeight[u] - total);
            for (int j = 0; j < forward.HeadWidth; j++)
            {
                dq[((long)t * forward.HeadWidth) + j] += dScore * k[j];
                dk[((long)u * forward.HeadWidth) + j] += dScore * q[j];
            }
        }
    }

    /// <summary>
    /// Fills in the scores of one query, minus infinity where it may not look; returns the largest m and the sum of e^(s - m).
    /// </summary>
    private static (double Max, double Sum) Scores(in AttentionProblem problem, int batch, int head, int t, double[] score)
    {
        float* q = Row(problem.Q, problem.QStrides, batch, t, head);
        double max = double.NegativeInfinity, sum = 0;
        for (int u = 0; u < problem.KeyLength; u++)
        {
            score[u] = double.NegativeInfinity;
            if (Sees(problem, batch, t, u))
            {
                float* k = Row(problem.K, problem.KStrides, batch, u, KeyHead(problem, head));
                double dot = 0;
                for (int j = 0; j < problem.HeadWidth; j++)
                {
                    dot += (double)q[j] * k[j];
                }

                score[u] = problem.Scale * dot;
            }

            max = Math.Max(max, score[u]);
        }

        if (double.IsNegativeInfinity(max))
        {
            return (max, 0);
        }

        foreach (double s in score)
        {
            sum += Math.Exp(s - max);
        }

        return (max, sum);
    }

    private static bool Sees(in AttentionProblem problem, int batch, int t, int u)
    {
        int position = t + problem.KeyLength - problem.QueryLength;
        return (!problem.Causal || u <= position)
            && (problem.Window == 0 || u > position - problem.Window)
            && (problem.KeyPadding.IsAbsent || problem.KeyPadding.Floats()[((long)batch * problem.KeyLength) + u] == 0);
    }

    private static int KeyHead(in AttentionProblem problem, int head) => head / (problem.Heads / problem.KeyHeads);

    private static double Weight(double score, double max, double sum) => sum == 0 ? 0 : Math.Exp(score - max) / sum;

    /// <summary>The factor that dropout puts on a weight: 0 or 1 / (1 - p).</summary>
    private static double Kept(in AttentionProblem problem, int batch, int head, int t, int u)
    {
        if (problem.Dropout == 0)
        {
            return 1;
        }

        long element = (Query(problem, batch, head, t) * problem.KeyLength) + u;
        return ReferenceRandomKernels.Unit(problem.DropoutKey, element) < problem.Dropout ? 0 : 1 / (1 - (double)problem.Dropout);
    }

    private static long Query(in AttentionProblem problem, int batch, int head, int t) =>
        (((long)batch * problem.Heads) + head) * problem.QueryLength + t;

    private static float* Row(DeviceBuffer buffer, RowStrides strides, int batch, int time, int head) =>
        buffer.Floats() + (batch * strides.Batch) + (time * strides.Time) + (head * strides.Head);

    private static void Store(double[] values, DeviceBuffer buffer, RowStrides strides, int batch, int head, int length, int width)
    {
        for (int t = 0; t < length; t++)
        {
            float* row = Row(buffer, strides, batch, t, head);
            for (int j = 0; j < width; j++)
            {
                row[j] = (float)values[((long)t * width) + j];
            }
        }
    }
}
