using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Runs;
using Spectre.Console;

namespace ManagedTransformer.Cli.Runs;

/// <summary>Runs side by side: a table, CSV or JSON.</summary>
internal static class ComparisonView
{
    // With more runs, each is a row of the configurations too.
    private const int MostColumns = 5;
    private const string Absent = "–", DifferenceMark = "*";

    /// <summary>Prints the tables.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="comparison">The runs.</param>
    /// <param name="all">Whether to show keys in which the runs do not differ.</param>
    public static void Write(Terminal terminal, RunComparison comparison, bool all)
    {
        IReadOnlyList<RunRecord> runs = comparison.Runs;
        IReadOnlyList<RunColumn> columns = RunColumn.Known(runs);
        Table results = NewTable("Run");
        foreach (RunColumn column in columns)
        {
            results.AddColumn(new TableColumn(column.Title).RightAligned());
        }

        foreach (RunRecord run in runs)
        {
            results.AddRow([new Text(run.Name), .. columns.Select(column => new Text(column.Text(run)))]);
        }

        terminal.Write(results);
        RunSetting[] shown = [.. comparison.Settings.Where(setting => all || setting.Differs)];
        if (shown.Length > 0)
        {
            terminal.Write(runs.Count > MostColumns ? RowPerRun(runs, shown) : RowPerKey(runs, shown, marks: all && runs.Count > 1));
        }

        int same = comparison.Settings.Count - comparison.Differences.Count();
        if (runs.Count > 1)
        {
            terminal.Output.WriteLine(all ? $"Keys with {DifferenceMark} differ; {same:N0} are the same in all runs."
                : $"{same:N0} keys of the configurations are the same in all runs; --all shows them.");
        }
        else if (!all)
        {
            terminal.Output.WriteLine("--all shows the configuration.");
        }

        foreach (string note in runs.SelectMany(run => run.Notes))
        {
            terminal.Output.WriteLine(note);
        }
    }

    /// <summary>Prints a line of names and one per run (RFC 4180).</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="comparison">The runs.</param>
    public static void WriteCsv(Terminal terminal, RunComparison comparison)
    {
        WriteLine(["run", "folder", .. RunColumn.All.Select(column => column.Key), .. comparison.Settings.Select(setting => setting.Key)]);
        for (int i = 0; i < comparison.Runs.Count; i++)
        {
            RunRecord run = comparison.Runs[i];
            WriteLine(
            [
                run.Name, run.Folder, .. RunColumn.All.Select(column => column.Digits(run)),
                .. comparison.Settings.Select(setting => setting.Values[i] ?? ""),
            ]);
        }

        void WriteLine(IEnumerable<string> fields) => terminal.Output.WriteLine(string.Join(',', fields.Select(Quote)));

        // Names and values are those of files, which may be of strangers; line breaks are \u000a, so that a run is a line.
        static string Quote(string field) => VisibleText.Of(field) is var shown && shown.AsSpan().IndexOfAny(",\"") < 0 ? shown
            : $"\"{shown.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>The runs as one object.</summary>
    /// <param name="comparison">The runs.</param>
    public static JsonObject ToJson(RunComparison comparison)
    {
        JsonObject json = new()
        {
            ["runs"] = new JsonArray([.. comparison.Runs.Select(ToJson)]),
            ["differences"] = new JsonArray([.. comparison.Differences.Select(setting => (JsonNode)setting.Key)]),
        };
        JsonOutput.AddNotes(json, comparison.Runs.SelectMany(run => run.Notes));
        return json;
    }

    private static JsonNode ToJson(RunRecord run)
    {
        JsonObject json = new() { ["run"] = run.Name, ["folder"] = run.Folder };
        foreach (RunColumn column in RunColumn.All)
        {
            json[column.Key] = column.Value(run.Results) is not { } value ? null
                : column.IsWhole ? JsonValue.Create((long)value) : JsonOutput.Number(value);
        }

        json["configuration"] = new JsonObject(run.Configuration.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        return json;
    }

    private static Table RowPerKey(IReadOnlyList<RunRecord> runs, RunSetting[] settings, bool marks)
    {
        Table table = NewTable(["Key", .. runs.Select(run => run.Name)]);
        foreach (RunSetting setting in settings)
        {
            string mark = marks && setting.Differs ? $" {DifferenceMark}" : "";
            table.AddRow([Cell(setting.Key + mark), .. setting.Values.Select(Cell)]);
        }

        return table;
    }

    private static Table RowPerRun(IReadOnlyList<RunRecord> runs, RunSetting[] settings)
    {
        Table table = NewTable(["Run", .. settings.Select(setting => VisibleText.Of(setting.Key))]);
        for (int i = 0; i < runs.Count; i++)
        {
            table.AddRow([new Text(runs[i].Name), .. settings.Select(setting => Cell(setting.Values[i]))]);
        }

        return table;
    }

    // Values are those of files, which may be of strangers.
    private static Text Cell(string? value) => new(VisibleText.Of(value ?? Absent));

    private static Table NewTable(params string[] columns)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)));
        }

        return table;
    }
}
