using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Commands;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Runs;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Runs;

namespace ManagedTransformer.Cli.Reports;

/// <summary><c>mt report</c></summary>
internal static class ReportCommand
{
    private const int SampleTokens = 120;

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string[]> runs = RunArguments.Create();
        Option<string> output = new("--out")
        {
            Description = "The page. An earlier report of that name is replaced, nothing else is.",
            HelpName = "FILE",
            Required = true,
        };
        Option<int?> sample = CommonOptions.Number(
            "--sample-tokens", $"Tokens that the best model of each run writes into the page; 0 for no sample (default: {SampleTokens}).",
            0, int.MaxValue);
        Option<int?> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        ExampleCommand command = new("report",
            "Draws training runs as one HTML page that needs no network: curves over steps and seconds, mechanisms, samples, "
            + "configurations.",
            "mt report out/stories --out report.html",
            "mt report out/stories out/llama-stories --out report.html --sample-tokens 0")
        { runs, output, sample, threads, DeviceOption.Create(), json };
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            OutputFile file = new(result.GetRequiredValue(output), "report", IsReport);
            IReadOnlyList<RunRecord> records = RunArguments.Read(result.GetRequiredValue(runs), out InputException? failure);
            int tokens = result.GetValue(sample) ?? SampleTokens;
            ReportPage page = new(
                RunComparison.Of(records), [.. records.Select(run => tokens == 0 ? null : RunSample.Of(run, tokens))]);
            file.Write(page.ToString());
            if (result.GetValue(json))
            {
                JsonObject line = new()
                {
                    ["out"] = result.GetRequiredValue(output),
                    ["runs"] = records.Count,
                    ["charts"] = page.Charts,
                };
                JsonOutput.AddNotes(line, records.SelectMany(run => run.Notes));
                if (failure is not null)
                {
                    throw new CutShortException(line, failure);
                }

                JsonOutput.Write(terminal.Output, line);
                return;
            }

            foreach (string note in records.SelectMany(run => run.Notes))
            {
                terminal.Output.WriteLine(note);
            }

            string what = records.Count == 1 ? "a run" : $"{records.Count} runs";
            terminal.Output.WriteLine($"Wrote {page.Charts} charts of {what} to {VisibleText.Of(result.GetRequiredValue(output))}.");
            if (failure is not null)
            {
                throw failure;
            }
        });
        return command;
    }

    private static bool IsReport(string file)
    {
        using StreamReader reader = new(file);
        char[] start = new char[256];
        return new string(start, 0, reader.ReadBlock(start)).Contains(ReportPage.Generator, StringComparison.Ordinal);
    }
}
