namespace ManagedTransformer.Tensors.Cpu.ProductKeys;

/// <summary>Where among normally distributed scores the ones that are wanted begin: the first guess of a threshold.</summary>
internal readonly struct KeyQuantile
{
    private const double Least = 1e-6;

    /// <summary>A guess.</summary>
    /// <param name="scores">Number of scores.</param>
    /// <param name="wanted">Number of those that shall reach the threshold.</param>
    public KeyQuantile(int scores, int wanted)
    {
        Deviations = Quantile(Math.Clamp(wanted / (double)scores, Least, 1 - Least));
        Step = MathF.Sqrt(2 * MathF.PI) * MathF.Exp(0.5f * Deviations * Deviations) / scores;
    }

    /// <summary>The number of standard deviations above the mean.</summary>
    public float Deviations { get; }

    /// <summary>Standard deviations between one score and the next there: the inverse of their density.</summary>
    public float Step { get; }

    // Abramowitz and Stegun, 26.2.22: right to 0.003 deviations, far less than such scores scatter.
    private static float Quantile(double share)
    {
        double t = Math.Sqrt(-2 * Math.Log(Math.Min(share, 1 - share)));
        double quantile = t - ((2.30753 + (0.27061 * t)) / (1 + (0.99229 * t) + (0.04481 * t * t)));
        return (float)(share <= 0.5 ? quantile : -quantile);
    }
}
