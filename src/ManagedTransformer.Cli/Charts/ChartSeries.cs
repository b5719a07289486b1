namespace ManagedTransformer.Cli.Charts;

/// <summary>A line of a chart.</summary>
/// <param name="Run">Number of the run that it belongs to, which decides colour, dashes and marks.</param>
/// <param name="Name">Its name in legend and table.</param>
/// <param name="IsFine">Whether it is drawn fine and without marks, as a noisy curve beside a bold one.</param>
/// <param name="Points">Finite numbers, in rising order of x.</param>
internal sealed record ChartSeries(int Run, string Name, bool IsFine, IReadOnlyList<(double X, double Y)> Points)
{
    /// <summary>Colours that the style knows.</summary>
    public const int Colors = 6;

    /// <summary>Patterns of dashes that the style knows, and shapes of marks.</summary>
    public const int Dashes = 4;

    private const int MostDrawn = 300;

    /// <summary>The classes of a run's line.</summary>
    public static string Style(int run) => $"c{run % Colors} d{Shape(run)}";

    /// <summary>The pattern and the mark of a run: another one for each of the runs that have the same colour.</summary>
    public static int Shape(int run) => (run + (run / Colors)) % Dashes;

    /// <summary>Whether more points are known than are drawn.</summary>
    public bool IsThinned => Points.Count > MostDrawn;

    /// <summary>The points to draw: of many, the means of neighbours.</summary>
    public IReadOnlyList<(double X, double Y)> Drawn
    {
        get
        {
            if (!IsThinned)
            {
                return Points;
            }

            int size = (Points.Count + MostDrawn - 1) / MostDrawn;
            return [.. Points.Chunk(size).Select(chunk => (chunk.Average(point => point.X), chunk.Average(point => point.Y)))];
        }
    }
}
