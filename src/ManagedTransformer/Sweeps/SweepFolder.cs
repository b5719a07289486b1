using System.Globalization;
using System.Text;
using ManagedTransformer.Files;
using ManagedTransformer.Json;

namespace ManagedTransformer.Sweeps;

/// <summary>The folder of a sweep: a folder for each run, <c>summary.json</c> and <c>summary.csv</c>.</summary>
internal static class SweepFolder
{
    /// <summary>The file by which a folder is that of a sweep.</summary>
    public const string SummaryFile = "summary.json";

    private const string Csv = "summary.csv";

    /// <summary>What an earlier call left; null where there is nothing.</summary>
    /// <param name="folder">The folder of the sweep.</param>
    /// <exception cref="InputException">The summary cannot be read.</exception>
    public static SweepSummary? Read(string folder)
    {
        string path = Path.Combine(folder, SummaryFile);
        return File.Exists(path) ? JsonDocuments.Read(path, Utf8File.Read(path), SweepJson.Default.SweepSummary) : null;
    }

    /// <summary>Deletes what a sweep that was killed left half-written.</summary>
    /// <param name="folder">The folder of the sweep, locked.</param>
    public static void DeleteLeftovers(string folder)
    {
        AtomicFile.DeleteLeftovers(Path.Combine(folder, SummaryFile));
        AtomicFile.DeleteLeftovers(Path.Combine(folder, Csv));
    }

    /// <summary>Writes both files.</summary>
    /// <param name="folder">The folder of the sweep.</param>
    /// <param name="summary">What to write.</param>
    /// <param name="grid">The keys, which have columns of the table.</param>
    /// <exception cref="InputException">They cannot be written.</exception>
    public static void Write(string folder, SweepSummary summary, SweepGrid grid)
    {
        AtomicFile.Write(Path.Combine(folder, SummaryFile), JsonDocuments.Write(summary, SweepJson.Default.SweepSummary));
        StringBuilder table = new();
        Append(["name", .. grid.Axes.Select(axis => axis.Key), "status", "step", "loss", "best_loss", "best_bleu", "parameters", "seconds",
            "error"]);
        foreach (SweepEntry run in summary.Runs)
        {
            // A run may have further changes, which all runs share, before those of the grid.
            IEnumerable<string> values = run.Set.TakeLast(grid.Axes.Count).Select(
                change => change[(change.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            Append([run.Name, .. values, JsonNamingStatus(run.Status), $"{run.Step}", Number(run.Loss), Number(run.BestLoss),
                Number(run.BestBleu), $"{run.Parameters}", Number(run.Seconds), run.Error ?? ""]);
        }

        AtomicFile.Write(Path.Combine(folder, Csv), Encoding.UTF8.GetBytes(table.ToString()));

        void Append(IEnumerable<string> cells) => table.AppendJoin(',', cells.Select(Quote)).Append('\n');
    }

    private static string JsonNamingStatus(SweepStatus status) => status.ToString().ToLowerInvariant();

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    private static string Quote(string cell) =>
        cell.AsSpan().IndexOfAny(",\"\n\r") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
