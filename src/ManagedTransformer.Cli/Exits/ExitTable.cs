using System.Globalization;
using System.Text.Json.Nodes;
using ManagedTransformer.Architectures.DepthAdaptive.Tuning;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using Spectre.Console;

namespace ManagedTransformer.Cli.Exits;

/// <summary>Exit rules side by side: what <c>mt eval --exits</c> and <c>mt tune-exits</c> print.</summary>
internal static class ExitTable
{
    private const double Million = 1e6;

    /// <summary>Prints the scores of an evaluation.</summary>
    public static void Write(Terminal terminal, ExitEvaluationResult result, bool json)
    {
        if (json)
        {
            JsonOutput.Write(terminal.Output, new JsonObject
            {
                ["sentences"] = result.Sentences,
                ["bleu_signature"] = result.BleuSignature,
                ["exits"] = ToJson(result.Scores),
            });
            return;
        }

        terminal.Output.WriteLine($"{result.Source}: {result.Sentences:N0} sentences, {result.BleuSignature}");
        terminal.Write(Draw(result.Scores));
    }

    /// <summary>A table with one row per rule.</summary>
    public static Table Draw(IEnumerable<ExitScore> scores)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("Exits");
        foreach (string column in (string[])["BLEU", "split at white space", "average exit", "MFLOPs/token", "of full depth", "ms/token"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (ExitScore score in scores)
        {
            table.AddRow(
                [
                    .. new[]
                    {
                        score.Rule.ToString(), Number(score.Bleu.Score, "F2"), Number(score.TokenizedBleu.Score, "F2"),
                        Number(score.AverageExit, "F2"), Number(score.OperationsPerToken / Million, "G4"),
                        Number(score.OperationsPerToken / score.FullDepthOperationsPerToken, "P0"),
                        Number(score.MillisecondsPerToken, "G3"),
                    }.Select(text => new Text(text)),
                ]);
        }

        return table;
    }

    /// <summary>One object per rule.</summary>
    public static JsonArray ToJson(IEnumerable<ExitScore> scores) => [.. scores.Select(score => (JsonNode)ToJson(score))];

    /// <summary>A rule's score.</summary>
    public static JsonObject ToJson(ExitScore score) => new()
    {
        ["rule"] = score.Rule.ToString(),
        ["bleu"] = JsonOutput.Number(score.Bleu.Score),
        ["tokenized_bleu"] = JsonOutput.Number(score.TokenizedBleu.Score),
        ["average_exit"] = JsonOutput.Number(score.AverageExit),
        ["flops_per_token"] = JsonOutput.Number(score.OperationsPerToken),
        ["full_depth_flops_per_token"] = JsonOutput.Number(score.FullDepthOperationsPerToken),
        ["ms_per_token"] = JsonOutput.Number(score.MillisecondsPerToken),
        ["tokens"] = score.Tokens,
    };

    /// <summary>A score as one line of progress.</summary>
    public static string Describe(ExitScore score) => string.Create(CultureInfo.InvariantCulture,
        $"{score.Rule}: BLEU {score.Bleu.Score:F2} at average exit {score.AverageExit:F2}, "
        + $"{score.OperationsPerToken / Million:G4} MFLOPs per token");

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
