using ManagedTransformer.Benchmarks;

namespace ManagedTransformer.Cli.Charts;

/// <summary>Time and memory of generation over the length of the text, a line for each recipe.</summary>
internal static class GenerationChart
{
    private const double Mebibyte = 1024 * 1024;

    /// <summary>The image.</summary>
    /// <param name="measured">What was measured, by recipe.</param>
    public static string Draw(IReadOnlyList<(string Recipe, IReadOnlyList<GenerationMeasurement> Lengths)> measured)
    {
        const string length = "tokens of text";
        LogChart chart = new();
        chart.AddPanel("Time of one token, ms", length, Lines(measurement => measurement.MillisecondsPerToken));
        chart.AddPanel("State, MiB", length, Lines(measurement => measurement.StateBytes / Mebibyte));
        return chart.ToString();

        IReadOnlyList<(string, IReadOnlyList<(double, double)>)> Lines(Func<GenerationMeasurement, double> value) =>
            [.. measured.Select(recipe => (recipe.Recipe, (IReadOnlyList<(double, double)>)[.. recipe.Lengths.OrderBy(point => point.Length)
                .Select(point => ((double)point.Length, value(point)))]))];
    }
}
