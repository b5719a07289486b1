using ManagedTransformer.Tensors;

namespace ManagedTransformer.Samples.OwnModel;

/// <summary>An operator of one's own: a linear recurrence over time, which the library does not have.</summary>
public static class ScanOperator
{
    /// <summary>h[t] = factors[t] h[t-1] + added[t] for every row and column, with h[-1] = start.</summary>
    /// <param name="factors">[B, T, D]</param>
    /// <param name="added">[B, T, D]</param>
    /// <param name="start">[B, D]</param>
    /// <returns>h, [B, T, D]</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    public static Tensor Scan(Tensor factors, Tensor added, Tensor start)
    {
        ArgumentNullException.ThrowIfNull(factors);
        ArgumentNullException.ThrowIfNull(added);
        ArgumentNullException.ThrowIfNull(start);
        if (factors.Rank != 3 || added.Shape != factors.Shape || start.Shape != new Shape(factors.Shape[0], factors.Shape[2]))
        {
            throw new ArgumentException(
                $"Scan: factors {factors.Shape} and added {added.Shape} must be one shape [B, T, D], and start {start.Shape} its [B, D].");
        }

        return Tensor.Custom(Forward, Backward, factors, added, start);
    }

    private static Tensor Forward(IReadOnlyList<Tensor> inputs)
    {
        (float[] factors, float[] states) = (inputs[0].ToArray(), inputs[1].ToArray());
        float[] start = inputs[2].ToArray();
        Shape shape = inputs[0].Shape;
        (int length, int width) = (shape[1], shape[2]);
        for (int i = 0; i < states.Length; i++)
        {
            (int row, int t, int column) = (i / (length * width), i / width % length, i % width);
            states[i] += factors[i] * (t == 0 ? start[(row * width) + column] : states[i - width]);
        }

        return Tensor.From(states, shape, inputs[0].Device);
    }

    // g[t] = dL/dh[t] + factors[t+1] g[t+1], from the last to the first:
    // dL/dadded[t] = g[t], dL/dfactors[t] = g[t] h[t-1], dL/dstart = factors[0] g[0].
    private static IReadOnlyList<Tensor?> Backward(Tensor dy, Tensor y, IReadOnlyList<Tensor> inputs)
    {
        (float[] factors, float[] start, float[] states, float[] g) =
            (inputs[0].ToArray(), inputs[2].ToArray(), y.ToArray(), dy.ToArray());
        (int length, int width) = (y.Shape[1], y.Shape[2]);
        float[] ofFactors = new float[g.Length], ofStart = new float[start.Length];
        for (int i = g.Length - 1; i >= 0; i--)
        {
            (int row, int t, int column) = (i / (length * width), i / width % length, i % width);
            if (t + 1 < length)
            {
                g[i] += factors[i + width] * g[i + width];
            }

            int first = (row * width) + column;
            ofFactors[i] = g[i] * (t == 0 ? start[first] : states[i - width]);
            if (t == 0)
            {
                ofStart[first] = factors[i] * g[i];
            }
        }

        Device device = y.Device;
        return [Tensor.From(ofFactors, y.Shape, device), Tensor.From(g, y.Shape, device), Tensor.From(ofStart, inputs[2].Shape, device)];
    }
}
