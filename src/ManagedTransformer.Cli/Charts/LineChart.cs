using System.Globalization;

namespace ManagedTransformer.Cli.Charts;

/// <summary>Lines over one axis, as an SVG element for a page whose style sheet has the colours.</summary>
/// <param name="Title">What the chart shows.</param>
/// <param name="XTitle">What stands below.</param>
/// <param name="YTitle">What stands at the left, with its unit.</param>
/// <param name="Series">The lines; those without points are left out.</param>
/// <param name="IsFromZero">Whether the vertical axis begins at 0.</param>
internal sealed record LineChart(string Title, string XTitle, string YTitle, IReadOnlyList<ChartSeries> Series, bool IsFromZero = false)
{
    private const int Width = 430, Height = 285, Left = 62, Right = 14, Top = 28, Bottom = 44;
    private const int MostMarks = 24;

    // From here on, the early part of a curve would flatten all the rest.
    private const double LogarithmicFrom = 3;

    /// <summary>The lines that have points.</summary>
    public IReadOnlyList<ChartSeries> Visible { get; } = [.. Series.Where(series => series.Points.Count > 0)];

    /// <summary>Whether there is nothing to draw.</summary>
    public bool IsEmpty => Visible.Count == 0;

    /// <summary>The image.</summary>
    /// <param name="id">Begins the names of its parts, which are unique in a page.</param>
    public string ToSvg(string id)
    {
        (double X, double Y)[] all = [.. Visible.SelectMany(series => series.Drawn)];
        double[] heights = [.. all.Select(point => point.Y)];
        ChartAxis x = ChartAxis.Linear([.. all.Select(point => point.X)], 5, fromZero: true, toLast: true);
        ChartAxis y = !IsFromZero && heights.Min() > 0 && heights.Max() / heights.Min() > LogarithmicFrom
            ? ChartAxis.Logarithmic(heights)
            : ChartAxis.Linear(heights, 5, IsFromZero);
        SvgWriter svg = new();
        svg.Add($"""<svg class="chart" viewBox="0 0 {Width} {Height}" role="img" aria-labelledby="{id}-title {id}-desc">""");
        svg.Add($"""<title id="{id}-title">{SvgWriter.Escape(Title)}</title>""");
        svg.Add($"""<desc id="{id}-desc">{SvgWriter.Escape(Describe(y.IsLogarithmic))}</desc>""");
        svg.Text(0, 14, YTitle + (y.IsLogarithmic ? ", logarithmic" : ""), "start");
        svg.Text(Left + ((Width - Left - Right) / 2.0), Height - 6, XTitle, "middle");
        foreach (double tick in y.Ticks)
        {
            svg.Line("grid", Left, Y(tick), Width - Right, Y(tick));
            svg.Text(Left - 7, Y(tick) + 4.5, y.Label(tick), "end", "tick");
        }

        foreach (double tick in x.Ticks)
        {
            svg.Line("grid", X(tick), Top, X(tick), Height - Bottom);
            svg.Text(X(tick), Height - Bottom + 18, x.Label(tick), X(tick) > Width - Right - 18 ? "end" : "middle", "tick");
        }

        svg.Rectangle("frame", Left, Top, Width - Left - Right, Height - Top - Bottom);
        foreach (ChartSeries series in Visible.OrderBy(series => series.IsFine ? 0 : 1))
        {
            Draw(svg, series);
        }

        svg.Add("</svg>");
        return svg.ToString();

        double X(double value) => Left + ((Width - Left - Right) * x.Place(value));
        double Y(double value) => Height - Bottom - ((Height - Top - Bottom) * y.Place(value));

        void Draw(SvgWriter svg, ChartSeries series)
        {
            (double X, double Y)[] points = [.. series.Drawn.Select(point => (X(point.X), Y(point.Y)))];
            string style = ChartSeries.Style(series.Run);
            svg.Polyline($"line{(series.IsFine ? " fine" : "")} {style}", points);
            if (series.IsFine && points.Length > 1)
            {
                return;
            }

            int every = (points.Length + MostMarks - 1) / MostMarks;
            for (int i = points.Length - 1; i >= 0; i -= every)
            {
                svg.Mark(ChartSeries.Shape(series.Run), style, points[i].X, points[i].Y);
            }
        }
    }

    private string Describe(bool isLogarithmic) => string.Join(' ',
    [
        $"{Title}: {YTitle}{(isLogarithmic ? " on a logarithmic axis" : "")} over {XTitle}.",
        .. Visible.Select(Describe),
    ]);

    private static string Describe(ChartSeries series)
    {
        ((double x0, double y0), (double x1, double y1)) = (series.Points[0], series.Points[^1]);
        (double low, double high) = (series.Points.Min(point => point.Y), series.Points.Max(point => point.Y));
        return string.Create(CultureInfo.InvariantCulture, $"{series.Name}: from {y0:G4} at {x0:G6} to {y1:G4} at {x1:G6}, ")
            + string.Create(CultureInfo.InvariantCulture, $"lowest {low:G4}, highest {high:G4}")
            + (series.IsThinned ? ", drawn by means of neighbours." : ".");
    }
}
