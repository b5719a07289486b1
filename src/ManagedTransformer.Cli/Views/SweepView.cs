using System.Globalization;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Sweeps;
using ManagedTransformer.Training;
using Spectre.Console;

namespace ManagedTransformer.Cli.Views;

/// <summary>Tells how a sweep goes: a line for each run that ends, then a table.</summary>
/// <param name="terminal">Where to write.</param>
/// <param name="json">Whether the result is one JSON object.</param>
/// <param name="sweep">The sweep.</param>
/// <param name="output">Its folder.</param>
internal sealed class SweepView(Terminal terminal, bool json, Sweep sweep, string output)
{
    private readonly ProgressLine _progress = terminal.ProgressFor(json);

    /// <summary>Says what is about to happen.</summary>
    public void Start()
    {
        int done = sweep.Runs.Count(run => run.Status == SweepStatus.Complete);
        string finished = done > 0 ? $", of which {done:N0} are finished" : "";
        _progress.WriteLine($"{sweep.Runs.Count:N0} runs into {VisibleText.Of(output)}{finished}.");
        for (int i = 0; i < sweep.Runs.Count; i++)
        {
            if (sweep.Runs[i].Status == SweepStatus.Complete)
            {
                _progress.WriteLine(Describe(sweep.Runs[i], i + 1) + " (before)");
            }
        }
    }

    /// <summary>A run begins, goes on or ends. Where nobody reads that any more, the sweep saves and stops.</summary>
    /// <param name="progress">Where the sweep stands.</param>
    /// <param name="stop">What stops it.</param>
    public void Report(SweepProgress progress, StopSignal stop)
    {
        try
        {
            if (progress.Training is { } training)
            {
                _progress.Update($"{Name(progress.Entry, progress.Number)}  {Describe(training)}");
            }
            else if (progress.Entry.Status != SweepStatus.Running)
            {
                _progress.WriteLine(Describe(progress.Entry, progress.Number));
            }
        }
        catch (ReaderLeftException e)
        {
            stop.Raise(e.Signal);
        }
    }

    /// <summary>Draws the table and names the best run.</summary>
    /// <param name="isDone">Whether no run is left.</param>
    public void End(bool isDone)
    {
        SweepEntry? best = sweep.Best;
        if (json)
        {
            JsonOutput.Write(terminal.Output, new JsonObject
            {
                ["best"] = best?.Name,
                ["out"] = output,
                ["complete"] = isDone,
                ["runs"] = new JsonArray([.. sweep.Runs.Select(run => (JsonNode)ToJson(run))]),
            });
            return;
        }

        _progress.Clear();
        terminal.Write(Draw(best));
        terminal.Output.WriteLine(best is null ? "No run has a score." : $"Best: {best.Name}, {Score(best)}; the model is in "
            + $"{VisibleText.Of(Path.Combine(output, best.Name))}.");
        if (!isDone)
        {
            terminal.Output.WriteLine("Stopped and saved; the same command continues.");
        }
    }

    private static JsonObject ToJson(SweepEntry run)
    {
        JsonObject entry = new()
        {
            ["name"] = run.Name,
            ["set"] = new JsonArray([.. run.Set.Select(change => (JsonNode)change)]),
            ["status"] = Status(run),
            ["step"] = run.Step,
            ["loss"] = JsonOutput.Number(run.Loss),
            ["best_loss"] = JsonOutput.Number(run.BestLoss),
            ["parameters"] = run.Parameters,
            ["seconds"] = JsonOutput.Number(run.Seconds),
        };
        if (run.BestBleu is { } bleu)
        {
            entry["best_bleu"] = JsonOutput.Number(bleu);
        }

        if (run.Error is { } error)
        {
            entry["error"] = error;
        }

        return entry;
    }

    private Table Draw(SweepEntry? best)
    {
        bool hasBleu = sweep.Runs.Any(run => run.BestBleu is not null);
        Table table = new Table().Border(TableBorder.Simple).AddColumn("Run");
        string[] bleu = hasBleu ? ["best BLEU"] : [];
        foreach (string column in (string[])["status", "step", "best loss", .. bleu, "parameters", "time"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (SweepEntry run in sweep.Runs)
        {
            string?[] cells =
            [
                run == best ? $"{run.Name}  (best)" : run.Name, Status(run), $"{run.Step:N0}", Number(run.BestLoss, "F4"),
                .. hasBleu ? [Number(run.BestBleu, "F2")] : (string[])[], run.Parameters?.ToString("N0", CultureInfo.InvariantCulture),
                Duration(run.Seconds),
            ];
            table.AddRow([.. cells.Select(cell => new Text(cell ?? ""))]);
        }

        return table;
    }

    private string Name(SweepEntry run, int number) => $"[{number}/{sweep.Runs.Count}] {run.Name}";

    private string Describe(SweepEntry run, int number) => $"{Name(run, number)}: " + run.Status switch
    {
        SweepStatus.Complete => $"{Score(run)} after {TrainingReporter.Steps(run.Step)} in {Duration(run.Seconds)}",
        SweepStatus.Interrupted => $"stopped and saved at step {run.Step:N0}",
        _ => $"failed: {run.Error}",
    };

    private static string Describe(TrainingProgress training) => training.Validation is { } validation
        ? $"step {training.Step:N0}/{training.Steps:N0}  validation loss {validation.Loss:F4}"
        : $"step {training.Step:N0}/{training.Steps:N0}  loss {training.Loss:F4}  ETA {Duration(training.Remaining.TotalSeconds)}";

    private static string Score(SweepEntry run) => run.BestBleu is { } bleu ? $"best BLEU {bleu:F2}"
        : run.BestLoss is { } loss ? $"best loss {loss:F4}"
        : "no validation";

    private static string Status(SweepEntry run) => run.Status.ToString().ToLowerInvariant();

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";

    private static string Duration(double seconds) => TimeSpan.FromSeconds(seconds) is var time && time.TotalHours >= 1
        ? $"{(long)time.TotalHours}:{time:mm\\:ss}" : $"{time:m\\:ss}";
}
