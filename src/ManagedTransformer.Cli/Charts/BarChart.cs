using System.Globalization;
using ManagedTransformer.Modules.Reports;

namespace ManagedTransformer.Cli.Charts;

/// <summary>Bars in groups, as an SVG element for a page whose style sheet has the colours.</summary>
/// <param name="Chart">The bars.</param>
/// <param name="Run">Number of the run that they belong to.</param>
/// <param name="Name">The run's name.</param>
internal sealed record BarChart(ReportChart Chart, int Run, string Name)
{
    private const int Width = 430, Height = 285, Left = 62, Right = 14, Top = 28, Bottom = 44;
    private const double Gap = 0.25;
    private const int MostLabels = 24;

    /// <summary>The image.</summary>
    /// <param name="id">Begins the names of its parts, which are unique in a page.</param>
    public string ToSvg(string id)
    {
        double[] values = [.. Chart.Groups.SelectMany(group => group.Values).Where(double.IsFinite)];
        double most = values.DefaultIfEmpty(0).Max();

        // Small bars against a far limit would all look alike.
        bool showsFull = most > Chart.Full / 4;
        ChartAxis y = ChartAxis.Linear([0, most > 0 ? most : Chart.Full, .. showsFull ? new[] { Chart.Full } : []], 5, fromZero: true);
        SvgWriter svg = new();
        svg.Add($"""<svg class="chart" viewBox="0 0 {Width} {Height}" role="img" aria-labelledby="{id}-title {id}-desc">""");
        svg.Add($"""<title id="{id}-title">{SvgWriter.Escape($"{Chart.Title}, {Name}")}</title>""");
        svg.Add($"""<desc id="{id}-desc">{SvgWriter.Escape(Describe(values))}</desc>""");
        svg.Text(0, 14, $"{Chart.Unit}, at most {Chart.Full.ToString("#,0.##", CultureInfo.InvariantCulture)}", "start");
        foreach (double tick in y.Ticks)
        {
            svg.Line("grid", Left, Y(tick), Width - Right, Y(tick));
            svg.Text(Left - 7, Y(tick) + 4.5, y.Label(tick), "end", "tick");
        }

        double groupWidth = (double)(Width - Left - Right) / Chart.Groups.Count;
        int labelled = (Chart.Groups.Count + MostLabels - 1) / MostLabels;
        for (int i = 0; i < Chart.Groups.Count; i++)
        {
            ReportBars group = Chart.Groups[i];
            double width = groupWidth * (1 - Gap) / Math.Max(1, group.Values.Count), start = Left + (groupWidth * (i + (Gap / 2)));
            for (int bar = 0; bar < group.Values.Count; bar++)
            {
                double value = double.IsFinite(group.Values[bar]) ? group.Values[bar] : 0;
                svg.Rectangle($"bar c{Run % ChartSeries.Colors}", start + (bar * width), Y(value), Math.Max(width * 0.88, 0.5),
                    Height - Bottom - Y(value));
            }

            if (i % labelled == 0)
            {
                svg.Text(Left + (groupWidth * (i + 0.5)), Height - Bottom + 18, group.Name, "middle", "tick");
            }
        }

        svg.Text(Left + ((Width - Left - Right) / 2.0), Height - 6,
            Chart.Bar.Length > 0 ? $"{Chart.Group}, a bar for each {Chart.Bar.ToLowerInvariant()}" : Chart.Group, "middle");
        svg.Rectangle("frame", Left, Top, Width - Left - Right, Height - Top - Bottom);
        svg.Add("</svg>");
        return svg.ToString();

        double Y(double value) => Height - Bottom - ((Height - Top - Bottom) * y.Place(value));
    }

    private string Describe(double[] values) => values.Length == 0 ? $"{Chart.Title}: no bars." : string.Create(
        CultureInfo.InvariantCulture,
        $"{Chart.Title} of {Name}: {values.Length} bars in {Chart.Groups.Count} groups, from {values.Min():G4} to {values.Max():G4}, ")
        + string.Create(CultureInfo.InvariantCulture, $"mean {values.Average():G4} {Chart.Unit}, at most {Chart.Full:G6}.");
}
