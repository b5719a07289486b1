using ManagedTransformer.Cli.Charts;
using ManagedTransformer.Cli.Runs;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Runs;

namespace ManagedTransformer.Cli.Reports;

/// <summary>One page about training runs that needs nothing beside itself: no scripts, no fonts, no images.</summary>
internal sealed class ReportPage
{
    /// <summary>By which a file is known to be a report, which another one may replace.</summary>
    public const string Generator = "<meta name=\"generator\" content=\"mt report\">";

    private readonly RunComparison _comparison;
    private readonly IReadOnlyList<RunSample?> _samples;
    private readonly HtmlWriter _page = new();
    private readonly Figures _figures;

    /// <summary>Draws a page.</summary>
    /// <param name="comparison">The runs.</param>
    /// <param name="samples">What their models write, one for each run; null where nobody asked.</param>
    public ReportPage(RunComparison comparison, IReadOnlyList<RunSample?> samples)
    {
        (_comparison, _samples) = (comparison, samples);
        _figures = new Figures(_page);
        Write();
    }

    /// <summary>Charts in the page.</summary>
    public int Charts => _figures.Count;

    private IReadOnlyList<RunRecord> Runs => _comparison.Runs;

    /// <summary>The page.</summary>
    public override string ToString() => _page.ToString().ReplaceLineEndings("\n");

    private void Write()
    {
        string title = Runs.Count == 1 ? $"Training run {Runs[0].Name}" : $"{Runs.Count} training runs";
        _page.Markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">");
        _page.Markup(Generator);
        _page.Markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        _page.Markup("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">");
        _page.Element("title", title);
        _page.Markup($"<style>\n{ReportStyle.Css}\n</style>\n</head>\n<body>\n<main>");
        _page.Element("h1", title);
        WriteResults();
        WriteCurves();
        WriteMechanisms();
        WriteSamples();
        WriteConfigurations();
        _page.Markup("</main>\n</body>\n</html>");
    }

    private void WriteResults()
    {
        if (Runs.Count > 1)
        {
            _page.Markup("<ul class=\"legend\">");
            for (int i = 0; i < Runs.Count; i++)
            {
                _page.Markup($"<li>{Figures.Swatch(i, isFine: false)}{HtmlWriter.Format("span", Runs[i].Name)}</li>");
            }

            _page.Markup("</ul>");
        }

        IReadOnlyList<RunColumn> columns = RunColumn.Known(Runs);
        _page.Element("h2", "Results");
        _page.Table("Results", [("Run", false), ("Folder", false), .. columns.Select(column => (column.Title, true))],
            Runs.Select(run => ("", (IReadOnlyList<string>)[run.Name, run.Folder, .. columns.Select(column => column.Text(run))])),
            "results");
        foreach (string note in Runs.SelectMany(run => run.Notes))
        {
            _page.Element("p", note, "quiet");
        }
    }

    private void WriteCurves()
    {
        _page.Element("h2", "Curves");
        _page.Markup("<div class=\"figures\">");
        foreach (LineChart chart in RunCurves.Of(Runs))
        {
            _figures.Add(chart);
        }

        _page.Markup("</div>");
    }

    private void WriteMechanisms()
    {
        if (!Runs.Any(run => run.Reports.Count > 0) && !_samples.Any(sample => sample?.Exits is not null))
        {
            return;
        }

        _page.Element("h2", "Mechanisms");
        for (int i = 0; i < Runs.Count; i++)
        {
            foreach (string sentence in Runs[i].Reports.SelectMany(report => report.Sentences))
            {
                _page.Element("p", Runs.Count == 1 ? sentence : $"{Runs[i].Name}: {sentence}");
            }
        }

        _page.Markup("<div class=\"figures\">");
        for (int i = 0; i < Runs.Count; i++)
        {
            foreach (ReportChart chart in Runs[i].Reports.Select(report => report.Chart).Append(_samples[i]?.Exits).OfType<ReportChart>())
            {
                _figures.Add(new BarChart(chart, i, Runs[i].Name));
            }
        }

        _page.Markup("</div>");
        foreach (RunRecord run in Runs)
        {
            foreach (ReportTable table in run.Reports.Select(report => report.Table).OfType<ReportTable>())
            {
                WriteTable(run, table);
            }
        }
    }

    // Bars of a terminal are drawn above; here their columns would be empty.
    private void WriteTable(RunRecord run, ReportTable table)
    {
        int[] kept = [.. Enumerable.Range(0, table.Columns.Count)
            .Where(column => !table.Rows.Any(row => column < row.Count && row[column].Share is not null))];
        string caption = $"{run.Name}: {string.Join(", ", kept.Select(column => table.Columns[column].Name))}";
        _page.Markup($"<details><summary>{HtmlWriter.Escape(caption)}</summary>");
        _page.Table(caption, [.. kept.Select(column => (table.Columns[column].Name, table.Columns[column].IsNumber))],
            table.Rows.Select(row => ("", (IReadOnlyList<string>)[.. kept.Select(column => column < row.Count ? row[column].Text : "")])));
        _page.Markup("</details>");
    }

    private void WriteSamples()
    {
        if (_samples.All(sample => sample is null))
        {
            return;
        }

        _page.Element("h2", "Samples");
        _page.Element(
            "p", "What the best model of each run writes, the same every time: texts at temperature 0.8, translations greedily.", "quiet");
        _page.Markup("<div class=\"samples\">");
        for (int i = 0; i < Runs.Count; i++)
        {
            _page.Markup("<section class=\"sample\">");
            _page.Element("h3", Runs[i].Name);
            if (_samples[i] is { Reason: null, Lines: var lines })
            {
                _page.Markup($"<dl>{string.Concat(lines.Select(line =>
                    HtmlWriter.Format("dt", line.Label) + HtmlWriter.Format("dd", line.Text.Length > 0 ? line.Text : "(empty)")))}</dl>");
            }
            else
            {
                _page.Element("p", $"There is no sample. {_samples[i]?.Reason}");
            }

            _page.Markup("</section>");
        }

        _page.Markup("</div>");
    }

    private void WriteConfigurations()
    {
        if (_comparison.Settings.Count == 0)
        {
            return;
        }

        int different = _comparison.Differences.Count();
        _page.Element("h2", "Configurations");
        List<(string, bool)> columns = [("Key", false), .. Runs.Select(run => (run.Name, false))];
        if (Runs.Count > 1)
        {
            _page.Element("p", different == 0 ? "The configurations are the same." : $"The runs differ in {different:N0} keys.");
        }

        if (different > 0)
        {
            Table("Keys that differ", _comparison.Differences, marks: false);
        }

        _page.Markup($"<details{(Runs.Count == 1 ? " open" : "")}><summary>All keys</summary>");
        Table("All keys", _comparison.Settings, marks: true);
        _page.Markup("</details>");

        void Table(string caption, IEnumerable<RunSetting> settings, bool marks) => _page.Table(caption, columns, settings.Select(setting =>
            (marks && setting.Differs ? "differs" : "", (IReadOnlyList<string>)
            [
                marks && setting.Differs ? $"{setting.Key} (differs)" : setting.Key, .. setting.Values.Select(value => value ?? "–"),
            ])));
    }
}
