namespace ManagedTransformer.Tensors.Reference;

/// <summary>Largest distance of a result from the expected value e: absolute + relative |e|. Both zero: equal numbers only.</summary>
internal readonly record struct Tolerance(double Relative, double Absolute)
{
    /// <summary>Equal numbers only.</summary>
    public static Tolerance Exact => default;

    /// <summary>
    /// The error of a result relative to what is allowed: at most 1 is good. NaN equals NaN, infinities equal themselves.
    /// </summary>
    public double Error(double expected, double actual)
    {
        if (expected.Equals(actual) || expected == actual)
        {
            return 0;
        }

        double error = Math.Abs(actual - expected) / (Absolute + (Relative * Math.Abs(expected)));
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }
}
