using System.Globalization;

namespace ManagedTransformer.Cli.Charts;

/// <summary>
/// Panels of lines over logarithmic axes, side by side, as one SVG image that follows the light or dark scheme of its viewer.
/// </summary>
internal sealed class LogChart
{
    private const int PanelWidth = 440, PanelHeight = 300, Left = 64, Right = 20, Top = 88, Bottom = 52;

    // Told apart by colour and by mark, on white and on black.
    private const string Style = """
        text { font: 13px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600 } .back { fill: #ffffff } .grid { stroke: #d0d7de } .frame { stroke: #57606a; fill: none }
        .s0 { stroke: #0969da } .s1 { stroke: #bc4c00 } .s2 { stroke: #1a7f37 } .s3 { stroke: #8250df } .line { fill: none; stroke-width: 2 } .mark { stroke-width: 2; fill: #ffffff }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3 } .back { fill: #0d1117 } .grid { stroke: #30363d } .frame { stroke: #8b949e } .mark { fill: #0d1117 }
          .s0 { stroke: #58a6ff } .s1 { stroke: #f0883e } .s2 { stroke: #3fb950 } .s3 { stroke: #bc8cff }
        }
        """;

    private const int Series = 4;
    private readonly SvgWriter _body = new();
    private int _panels;

    /// <summary>Adds a panel at the right of those before.</summary>
    /// <param name="title">What the panel shows, with its unit.</param>
    /// <param name="xTitle">What stands below.</param>
    /// <param name="lines">Points with positive coordinates, in rising order of x, by name.</param>
    public void AddPanel(string title, string xTitle, IReadOnlyList<(string Name, IReadOnlyList<(double X, double Y)> Points)> lines)
    {
        (double X, double Y)[] points = [.. lines.SelectMany(line => line.Points)];
        double[] places = [.. points.Select(point => point.X).Distinct().Order()];
        (double x0, double x1) = (Math.Log10(places[0]), Math.Log10(places[^1]));
        (double y0, double y1) = (Math.Floor(Math.Log10(points.Min(point => point.Y))),
            Math.Ceiling(Math.Log10(points.Max(point => point.Y))));
        x1 = Math.Max(x1, x0 + 0.1);
        y1 = Math.Max(y1, y0 + 1);
        int offset = (_panels++ * (PanelWidth + Left + Right)) + Left;
        _body.Text(offset, 24, title, "start", "title");
        _body.Text(offset + (PanelWidth / 2), Top + PanelHeight + 42, xTitle, "middle");
        foreach (double place in places)
        {
            _body.Line("grid", X(place), Top, X(place), Top + PanelHeight);
            _body.Text(X(place), Top + PanelHeight + 20, place.ToString("N0", CultureInfo.InvariantCulture), "middle");
        }

        for (double decade = y0; decade <= y1; decade++)
        {
            double value = Math.Pow(10, decade);
            _body.Line("grid", offset, Y(value), offset + PanelWidth, Y(value));
            _body.Text(offset - 8, Y(value) + 4, value.ToString("#,0.#####", CultureInfo.InvariantCulture), "end");
        }

        _body.Rectangle("frame", offset, Top, PanelWidth, PanelHeight);
        for (int i = 0; i < lines.Count; i++)
        {
            (string name, IReadOnlyList<(double X, double Y)> own) = lines[i];
            _body.Polyline($"line s{i % Series}", own.Select(point => (X(point.X), Y(point.Y))));
            foreach ((double x, double y) in own)
            {
                _body.Mark(i, $"s{i % Series}", X(x), Y(y));
            }

            int column = offset + (i % 2 * PanelWidth / 2), row = 48 + (i / 2 * 22);
            _body.Line($"line s{i % Series}", column, row, column + 28, row);
            _body.Mark(i, $"s{i % Series}", column + 14, row);
            _body.Text(column + 36, row + 4, name, "start");
        }

        double X(double value) => offset + (PanelWidth * (0.06 + (0.88 * (Math.Log10(value) - x0) / (x1 - x0))));
        double Y(double value) => Top + (PanelHeight * (1 - ((Math.Log10(value) - y0) / (y1 - y0))));
    }

    /// <summary>The image.</summary>
    public override string ToString()
    {
        int width = _panels * (PanelWidth + Left + Right), height = Top + PanelHeight + Bottom;
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">
            <style>
            {Style}
            </style>
            <rect class="back" width="{width}" height="{height}"/>
            {_body}
            </svg>

            """.ReplaceLineEndings("\n");
    }
}
