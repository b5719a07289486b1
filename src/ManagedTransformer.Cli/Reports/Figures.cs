using System.Globalization;
using ManagedTransformer.Cli.Charts;

namespace ManagedTransformer.Cli.Reports;

/// <summary>Charts in a page, each with its legend and a table of its values.</summary>
/// <param name="page">The page.</param>
internal sealed class Figures(HtmlWriter page)
{
    private const int MostRows = 24;

    /// <summary>Charts so far.</summary>
    public int Count { get; private set; }

    /// <summary>Adds lines.</summary>
    public void Add(LineChart chart)
    {
        string id = Begin(chart.Title);
        if (chart.Series.Count > 1)
        {
            page.Markup("<ul class=\"legend\">");
            foreach (ChartSeries series in chart.Visible)
            {
                page.Markup($"<li>{Swatch(series.Run, series.IsFine)}{HtmlWriter.Format("span", series.Name)}</li>");
            }

            page.Markup("</ul>");
        }

        page.Markup(chart.ToSvg(id));
        BeginValues();
        page.Table($"{chart.Title}: values", [("Curve", false), (chart.XTitle, true), (chart.YTitle, true)],
            chart.Visible.SelectMany(series => Few(series.Points).Select(point =>
                ("", (IReadOnlyList<string>)[series.Name, Number(point.X, "#,0.###"), Number(point.Y, "G5")]))));
        End();
    }

    /// <summary>Adds bars.</summary>
    public void Add(BarChart chart)
    {
        string id = Begin($"{chart.Chart.Title}: {chart.Name}");
        page.Markup(chart.ToSvg(id));
        BeginValues();
        bool hasBars = chart.Chart.Bar.Length > 0;
        List<(string, bool)> columns = [(chart.Chart.Group, false), .. hasBars ? [(chart.Chart.Bar, true)] : Array.Empty<(string, bool)>(),
            (chart.Chart.Unit, true)];
        page.Table($"{chart.Chart.Title}: values", columns, chart.Chart.Groups.SelectMany(group => group.Values.Select((value, bar) =>
            ("", (IReadOnlyList<string>)[group.Name, .. hasBars ? [Number(bar, "0")] : Array.Empty<string>(), Number(value, "#,0.##")]))));
        End();
    }

    /// <summary>A piece of the line of a run, as legends show it.</summary>
    /// <param name="run">Number of the run.</param>
    /// <param name="isFine">Whether the line is fine.</param>
    public static string Swatch(int run, bool isFine)
    {
        SvgWriter svg = new();
        string style = ChartSeries.Style(run);
        svg.Add("<svg viewBox=\"0 0 44 16\" aria-hidden=\"true\">");
        svg.Line($"line{(isFine ? " fine" : "")} {style}", 0, 8, 44, 8);
        if (!isFine)
        {
            svg.Mark(ChartSeries.Shape(run), style, 22, 8);
        }

        svg.Add("</svg>");
        return svg.ToString().ReplaceLineEndings("");
    }

    private string Begin(string title)
    {
        page.Markup($"<figure><figcaption>{HtmlWriter.Format("h3", title)}</figcaption>");
        return $"chart-{++Count}";
    }

    private void BeginValues() => page.Markup("<details><summary>Values</summary>");

    private void End() => page.Markup("</details></figure>");

    private static IEnumerable<T> Few<T>(IReadOnlyList<T> points) => points.Count <= MostRows ? points
        : Enumerable.Range(0, MostRows).Select(i => points[(int)((long)i * (points.Count - 1) / (MostRows - 1))]);

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
