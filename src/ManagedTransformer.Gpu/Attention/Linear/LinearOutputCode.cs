namespace ManagedTransformer.Gpu;

/// <summary>
/// For every position what gradients of its results are multiplied with, f = 1 / D, and -(dy . y) D', which times f is the gradient of its
/// denominator. A thread per position.
/// </summary>
internal static class LinearOutputCode
{
    public static void Run(LinearOutputArguments arguments)
    {
        LinearArguments forward = arguments.Forward;
        for (long i = GridStride.First; i < arguments.Count; i += GridStride.Step)
        {
            int pair = (int)(i / forward.Length), t = (int)(i % forward.Length);
            TileRows y = LinearArguments.Rows(forward, forward.Y, pair, forward.ValueWidth),
                dy = LinearArguments.Rows(forward, arguments.DY, pair, forward.ValueWidth);
            float dot = 0;
            for (int j = 0; j < forward.ValueWidth; j++)
            {
                dot = FusedProduct.Add(TileRows.Load(y, t, j), TileRows.Load(dy, t, j), dot);
            }

            float sum = forward.Denominators[i], epsilon = LinearArguments.EpsilonOf(forward, pair, t),
                factor = 1 / LinearArguments.Divisor(forward, sum, epsilon);
            arguments.Factors[i] = factor;
            arguments.Biases[i] = -dot * LinearArguments.DivisorDerivative(forward, sum, epsilon);
        }
    }
}
