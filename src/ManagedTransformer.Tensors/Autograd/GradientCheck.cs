namespace ManagedTransformer.Tensors;

/// <summary>Compares backward with numerical differentiation.</summary>
public static class GradientCheck
{
    /// <summary>
    /// The largest difference between the gradients of L = sum(weights * f(inputs)), with fixed pseudo-random weights, and fourth-order
    /// central differences (8 (L(+h) - L(-h)) - (L(+2h) - L(-2h))) / 12h, relative to 1 + |gradient|. L is summed in double precision. In
    /// Float32 a correct gradient of a smooth function with values near 1 stays below about 2e-4.
    /// </summary>
    /// <param name="function">A function of the inputs; it must compute the same every time.</param>
    /// <param name="inputs">Float32 leaves; each element is varied in turn.</param>
    /// <param name="step">h: large enough for Float32, small enough for the function's curvature.</param>
    public static double Run(Func<Tensor[], Tensor> function, Tensor[] inputs, float step = 0.02f)
    {
        foreach (Tensor input in inputs)
        {
            input.RequiresGradient = true;
            input.ClearGradient();
        }

        Tensor y = function(inputs);
        float[] weights = Tensor.Uniform(y.Shape, -1, 1, new RandomKey(20, 26), y.Device).ToArray();
        y.Backward(Tensor.From(weights, y.Shape, y.Device));
        double worst = 0;
        foreach (Tensor input in inputs)
        {
            float[] analytic = input.Gradient?.ToArray() ?? new float[input.Count];
            float[] values = input.ToArray();
            for (int i = 0; i < values.Length; i++)
            {
                float original = values[i];
                double At(float shift)
                {
                    values[i] = original + shift;
                    input.CopyFrom(values);
                    return Loss(function, inputs, weights);
                }

                double numeric = ((8 * (At(step) - At(-step))) - (At(2 * step) - At(-2 * step))) / (12 * (double)step);
                values[i] = original;
                input.CopyFrom(values);
                worst = Math.Max(worst, Math.Abs(numeric - analytic[i]) / (1 + Math.Abs(numeric)));
            }
        }

        return worst;
    }

    private static double Loss(Func<Tensor[], Tensor> function, Tensor[] inputs, float[] weights)
    {
        using NoGradientScope _ = new();
        float[] values = function(inputs).ToArray();
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            sum += (double)values[i] * weights[i];
        }

        return sum;
    }
}
