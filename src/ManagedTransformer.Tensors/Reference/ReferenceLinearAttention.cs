using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Linear attention, one position after the other. Column ValueWidth of a state is z: values have a 1 there.</summary>
internal static unsafe class ReferenceLinearAttention
{
    public static void Forward(in LinearAttentionProblem problem)
    {
        for (int pair = 0; pair < problem.Batch * problem.Heads; pair++)
        {
            int batch = pair / problem.Heads, head = pair % problem.Heads;
            double[][,] states = States(problem, batch, head);
            for (int t = 0; t < problem.Length; t++)
            {
                double[] sums = Sums(problem, batch, head, t, states[t + 1]);
                float* y = Row(problem.Y, problem.YStrides, batch, t, head);
                double divisor = Divisor(problem, sums[problem.ValueWidth], Epsilon(problem, batch, head, t));
                for (int j = 0; j < problem.ValueWidth; j++)
                {
                    y[j] = (float)(sums[j] / divisor);
                }

                if (!problem.Denominators.IsAbsent)
                {
                    problem.Denominators.Floats()[((long)pair * problem.Length) + t] = (float)sums[problem.ValueWidth];
                }
            }

            StoreState(problem, pair, states[^1], problem.FinalS, problem.FinalZ);
        }
    }

    public static void Backward(in LinearAttentionGradientProblem problem)
    {
        LinearAttentionProblem forward = problem.Forward;
        for (int pair = 0; pair < forward.Batch * forward.Heads; pair++)
        {
            int batch = pair / forward.Heads, head = pair % forward.Heads;
            double[][,] states = States(forward, batch, head);
            double[,] dState = LoadState(forward, pair, problem.DFinalS, problem.DFinalZ);
            for (int t = forward.Length - 1; t >= 0; t--)
            {
                AddPosition(problem, batch, head, t, states[t], states[t + 1], dState);
            }

            StoreState(forward, pair, dState, problem.DS, problem.DZ);
        }
    }

    /// <summary>Turns the gradient of the state behind a position into that of the state before it.</summary>
    private static void AddPosition(in LinearAttentionGradientProblem problem, int batch, int head, int t, double[,] before,
        double[,] after, double[,] dState)
    {
        LinearAttentionProblem forward = problem.Forward;
        int features = forward.Features, width = forward.ValueWidth;
        (double kept, double added) = Gate(forward, batch, head, t);
        float* q = Row(forward.Q, forward.QStrides, batch, t, head), k = Row(forward.K, forward.KStrides, batch, t, head);
        float* dq = Row(problem.DQ, problem.DQStrides, batch, t, head), dk = Row(problem.DK, problem.DKStrides, batch, t, head);
        float* dv = Row(problem.DV, problem.DVStrides, batch, t, head), dy = Row(problem.DY, problem.DYStrides, batch, t, head);
        double[] sums = Sums(forward, batch, head, t, after), dSums = new double[width + 1];
        double epsilon = Epsilon(forward, batch, head, t), divisor = Divisor(forward, sums[width], epsilon), dKept = 0, dAdded = 0;
        for (int j = 0; j < width; j++)
        {
            dSums[j] = dy[j] / divisor;
            dSums[width] -= dy[j] * sums[j] / (divisor * divisor) * DivisorDerivative(forward, sums[width], epsilon);
        }

        double[] dValue = new double[width + 1];
        for (int i = 0; i < features; i++)
        {
            double dQuery = 0, dKey = 0;
            for (int j = 0; j <= width; j++)
            {
                double value = Value(forward, batch, head, t, j);
                dQuery += after[i, j] * dSums[j];
                dState[i, j] += q[i] * dSums[j];
                dKey += dState[i, j] * value;
                dValue[j] += dState[i, j] * k[i];
                dKept += dState[i, j] * before[i, j];
                dState[i, j] *= kept;
            }

            dq[i] = (float)dQuery;
            dk[i] = (float)(added * dKey);
            dAdded += k[i] * dKey;
        }

        for (int j = 0; j < width; j++)
        {
            dv[j] = (float)(added * dValue[j]);
        }

        if (!problem.DGates.IsAbsent)
        {
            problem.DGates.Floats()[(((long)batch * forward.Length) + t) * forward.Heads + head] = (float)((dKept - dAdded) * kept * added);
        }
    }

    /// <summary>The state before the first position and behind every position.</summary>
    private static double[][,] States(in LinearAttentionProblem problem, int batch, int head)
    {
        double[][,] states = new double[problem.Length + 1][,];
        states[0] = LoadState(problem, (batch * problem.Heads) + head, problem.S, problem.Z);
        for (int t = 0; t < problem.Length; t++)
        {
            (double kept, double added) = Gate(problem, batch, head, t);
            float* k = Row(problem.K, problem.KStrides, batch, t, head);
            states[t + 1] = new double[problem.Features, problem.ValueWidth + 1];
            for (int i = 0; i < problem.Features; i++)
            {
                for (int j = 0; j <= problem.ValueWidth; j++)
                {
                    states[t + 1][i, j] = (kept * states[t][i, j]) + (added * k[i] * Value(problem, batch, head, t, j));
                }
            }
        }

        return states;
    }

    /// <summary>q^T s, and behind it q . z.</summary>
    private static double[] Sums(in LinearAttentionProblem problem, int batch, int head, int t, double[,] state)
    {
        float* q = Row(problem.Q, problem.QStrides, batch, t, head);
        double[] sums = new double[problem.ValueWidth + 1];
        for (int i = 0; i < problem.Features; i++)
        {
            for (int j = 0; j < sums.Length; j++)
            {
                sums[j] += q[i] * state[i, j];
            }
        }

        return sums;
    }

    /// <summary>The factors at a position: of the state that is kept, and of the new pair.</summary>
    private static (double Kept, double Added) Gate(in LinearAttentionProblem problem, int batch, int head, int t)
    {
        long position = ((long)batch * problem.Length) + t;
        if (!problem.KeyPadding.IsAbsent && problem.KeyPadding.Floats()[position] != 0)
        {
            return (1, 0);
        }

        if (problem.Gates.IsAbsent)
        {
            return (1, 1);
        }

        double logit = problem.Gates.Floats()[(position * problem.Heads) + head];
        return (1 / (1 + Math.Exp(-logit)), 1 / (1 + Math.Exp(logit)));
    }

    private static double Epsilon(in LinearAttentionProblem problem, int batch, int head, int t) => problem.EpsilonFactors.IsAbsent
        ? problem.Epsilon
        : (double)problem.Epsilon * problem.EpsilonFactors.Floats()[((((long)batch * problem.Length) + t) * problem.Heads) + head];

    private static double Divisor(in LinearAttentionProblem problem, double sum, double epsilon) => problem.Denominator switch
    {
        LinearDenominator.Add => sum + epsilon,
        LinearDenominator.Clamp => Math.Max(sum, epsilon),
        _ => Math.Max(Math.Abs(sum), epsilon),
    };

    private static double DivisorDerivative(in LinearAttentionProblem problem, double sum, double epsilon) => problem.Denominator switch
    {
        LinearDenominator.Add => 1,
        LinearDenominator.Clamp => sum >= epsilon ? 1 : 0,
        _ => Math.Abs(sum) >= epsilon ? Math.Sign(sum) : 0,
    };

    private static double Value(in LinearAttentionProblem problem, int batch, int head, int t, int j) =>
        j == problem.ValueWidth ? 1 : Row(problem.V, problem.VStrides, batch, t, head)[j];

    private static double[,] LoadState(in LinearAttentionProblem problem, int pair, DeviceBuffer s, DeviceBuffer z)
    {
        double[,] state = new double[problem.Features, problem.ValueWidth + 1];
        for (int i = 0; i < problem.Features && !s.IsAbsent; i++)
        {
            long row = ((long)pair * problem.Features) + i;
            state[i, problem.ValueWidth] = z.Floats()[row];
            for (int j = 0; j < problem.ValueWidth; j++)
            {
                state[i, j] = s.Floats()[(row * problem.ValueWidth) + j];
            }
        }

        return state;
    }

    private static void StoreState(in LinearAttentionProblem problem, int pair, double[,] state, DeviceBuffer s, DeviceBuffer z)
    {
        for (int i = 0; i < problem.Features && !s.IsAbsent; i++)
        {
            long row = ((long)pair * problem.Features) + i;
            z.Floats()[row] = (float)state[i, problem.ValueWidth];
            for (int j = 0; j < problem.ValueWidth; j++)
            {
                s.Floats()[(row * problem.ValueWidth) + j] = (float)state[i, j];
            }
        }
    }

    private static float* Row(DeviceBuffer buffer, RowStrides strides, int batch, int time, int head) =>
        buffer.Floats() + (batch * strides.Batch) + (time * strides.Time) + (head * strides.Head);
}
