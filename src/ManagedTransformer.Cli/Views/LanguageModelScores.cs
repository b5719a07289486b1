using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Modules.Reports;

namespace ManagedTransformer.Cli.Views;

/// <summary>What <c>mt eval</c> prints of a language model.</summary>
internal static class LanguageModelScores
{
    /// <summary>Prints the scores.</summary>
    public static void Write(Terminal terminal, ModelEvaluationResult result, bool json)
    {
        if (!json)
        {
            string floor = result.Floor is { } bits ? $" (no model can go below {bits:F4} on average)" : "";
            terminal.Output.WriteLine(
                $"{result.Source}, {PartName(result.Split)}: {result.BitsPerCharacter:F4} bits/char{floor}, loss {result.Loss:F4} "
                + $"nats/token, perplexity {result.Perplexity:F3}, {result.Tokens:N0} tokens");
            foreach (MechanismReport report in result.Reports)
            {
                ReportView.WriteSentences(terminal, report);
            }

            return;
        }

        JsonObject line = new()
        {
            ["loss"] = JsonOutput.Number(result.Loss),
            ["bits_per_char"] = JsonOutput.Number(result.BitsPerCharacter),
            ["perplexity"] = JsonOutput.Number(result.Perplexity),
            ["tokens"] = result.Tokens,
        };
        if (result.Floor is not null)
        {
            line["floor_bits_per_char"] = JsonOutput.Number(result.Floor);
        }

        line["split"] = SplitOption.Name(result.Split);
        foreach (MechanismReport report in result.Reports)
        {
            report.AddTo(line);
        }

        JsonOutput.Write(terminal.Output, line);
    }

    private static string PartName(EvaluationSplit split) =>
        split == EvaluationSplit.All ? "the whole text" : $"the {SplitOption.Name(split)} part";
}
