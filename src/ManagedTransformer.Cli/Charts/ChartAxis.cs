using System.Globalization;

namespace ManagedTransformer.Cli.Charts;

/// <summary>An axis: a range of values, where they stand between 0 and 1, and at which of them to write a number.</summary>
internal sealed class ChartAxis
{
    private static readonly int[] _steps = [1, 2, 5, 10];
    private readonly double _low, _high;

    private ChartAxis(double low, double high, bool isLogarithmic, IReadOnlyList<double> ticks, Func<double, string> label)
    {
        (_low, _high, IsLogarithmic, Ticks, Label) = (low, high, isLogarithmic, ticks, label);
    }

    /// <summary>Whether equal distances are equal ratios.</summary>
    public bool IsLogarithmic { get; }

    /// <summary>The values to write a number at.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>The number of a tick as text.</summary>
    public Func<double, string> Label { get; }

    /// <summary>An axis on which equal distances are equal differences.</summary>
    /// <param name="values">What stands on it; at least one.</param>
    /// <param name="count">About how many ticks.</param>
    /// <param name="fromZero">Whether it begins at 0.</param>
    /// <param name="toLast">Whether it ends at the largest value instead of the tick behind it.</param>
    public static ChartAxis Linear(IReadOnlyCollection<double> values, int count, bool fromZero, bool toLast = false)
    {
        double low = fromZero ? Math.Min(0, values.Min()) : values.Min(), high = values.Max();
        if (high - low < 1e-12 * Math.Max(1e-300, Math.Max(Math.Abs(low), Math.Abs(high))) || high <= low)
        {
            // A constant lies in the middle, or, from zero, at the top.
            double margin = high == 0 ? 1 : Math.Abs(high) / 2;
            (low, high) = fromZero && high >= 0 ? (0, high == 0 ? 1 : high) : (low - margin, high + margin);
        }

        double step = Step((high - low) / count);
        low = Math.Floor((low / step) + 1e-9) * step;
        high = toLast ? high : Math.Ceiling((high / step) - 1e-9) * step;
        int ticks = (int)Math.Floor(((high - low) / step) + 1e-9);
        int decimals = Math.Clamp(-(int)Math.Floor(Math.Log10(step) + 1e-9), 0, 12);
        return new ChartAxis(low, high, false, [.. Enumerable.Range(0, ticks + 1).Select(i => low + (i * step))],
            value => Short(value, step, decimals));
    }

    /// <summary>An axis on which equal distances are equal ratios.</summary>
    /// <param name="values">What stands on it, all above 0; at least one.</param>
    public static ChartAxis Logarithmic(IReadOnlyCollection<double> values)
    {
        double low = values.Min() / 1.05, high = values.Max() * 1.05;
        double[] digits = high / low > 100 ? [1] : high / low > 5 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 7];
        List<double> ticks = [];
        for (int decade = (int)Math.Floor(Math.Log10(low)); decade <= Math.Log10(high); decade++)
        {
            ticks.AddRange(digits.Select(digit => digit * Math.Pow(10, decade)).Where(value => value >= low && value <= high));
        }

        return ticks.Count < 2 ? Linear(values, 5, fromZero: false)
            : new ChartAxis(low, high, true, ticks, value => value.ToString("0.######", CultureInfo.InvariantCulture));
    }

    /// <summary>Where a value stands, 0 .. 1.</summary>
    public double Place(double value) => IsLogarithmic
        ? Math.Log(value / _low) / Math.Log(_high / _low)
        : (value - _low) / (_high - _low);

    private static double Step(double least)
    {
        double decade = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return _steps.First(step => step * decade >= least * (1 - 1e-9)) * decade;
    }

    private static string Short(double value, double step, int decimals) =>
        Math.Abs(value) < step * 1e-6 ? "0"
        : step < 1e-4 ? value.ToString("0.##e0", CultureInfo.InvariantCulture)
        : Math.Abs(value) >= 1e6 ? $"{(value / 1e6).ToString("#,0.###", CultureInfo.InvariantCulture)} M"
        : value.ToString($"N{decimals}", CultureInfo.InvariantCulture);
}
