using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Commands;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Runs;

namespace ManagedTransformer.Cli.Runs;

/// <summary><c>mt compare</c></summary>
internal static class CompareCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string[]> runs = RunArguments.Create();
        Option<bool> all = new("--all") { Description = "Show all of the configurations, not only the keys in which the runs differ." };
        Option<bool> csv = new("--csv")
        {
            Description = "Print comma-separated values: a line of names, then one per run with its results and its whole configuration.",
        };
        Option<bool> json = CommonOptions.Json();
        ExampleCommand command = new("compare",
            "Sets training runs side by side: what they have reached, and in what their configurations differ.",
            "mt compare out/stories out/llama-stories",
            "mt compare out/stories out/llama-stories --all",
            "mt compare out/stories out/llama-stories --csv > runs.csv")
        { runs, all, csv, json };
        command.SetAction(result =>
        {
            if (result.GetValue(csv))
            {
                CommonOptions.Refuse(result, "stands alone: --csv is another form of output", json);
            }

            if (result.GetValue(csv) || result.GetValue(json))
            {
                CommonOptions.Refuse(result, "is about the table: --csv and --json have all keys", all);
            }

            RunComparison comparison = RunComparison.Of(RunArguments.Read(result.GetRequiredValue(runs), out InputException? failure));
            if (result.GetValue(json))
            {
                JsonObject line = ComparisonView.ToJson(comparison);
                if (failure is not null)
                {
                    throw new CutShortException(line, failure);
                }

                JsonOutput.Write(terminal.Output, line);
                return;
            }

            if (result.GetValue(csv))
            {
                ComparisonView.WriteCsv(terminal, comparison);
            }
            else
            {
                ComparisonView.Write(terminal, comparison, result.GetValue(all));
            }

            if (failure is not null)
            {
                throw failure;
            }
        });
        return command;
    }
}
