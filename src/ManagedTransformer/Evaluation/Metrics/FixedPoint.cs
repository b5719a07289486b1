using System.Globalization;

namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>
/// Numbers with a fixed count of decimals, rounded as C does: an exact tie goes to the even digit, where .NET rounds away from zero.
/// </summary>
internal static class FixedPoint
{
    public static string Format(double value, int decimals)
    {
        double scale = Math.Pow(10, decimals), floor = Math.Floor(value * scale);

        // The fused product is exact, so that only true ties are taken for ties.
        if (Math.FusedMultiplyAdd(value, scale, -(floor + 0.5)) == 0)
        {
            value = (floor % 2 == 0 ? floor : floor + 1) / scale;
        }

        return value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }
}
