using System.Globalization;
using System.Text.Json.Nodes;
using ManagedTransformer.Benchmarks;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Linearizing;
using Spectre.Console;

namespace ManagedTransformer.Cli.Views;

/// <summary>A linearised model beside its original: what <c>mt linearize</c> ends with.</summary>
internal static class LinearizingView
{
    /// <summary>Writes the comparison.</summary>
    public static void Write(Terminal terminal, LinearizingResult result, string folder, bool json)
    {
        if (json)
        {
            JsonOutput.Write(terminal.Output, ToJson(result, folder));
            return;
        }

        terminal.Write(Quality(result));
        terminal.Write(Generation(result));
        terminal.Output.WriteLine($"The linearised model is in {folder}.");
    }

    /// <summary>Writes, as JSON, that a run was interrupted.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="stage">The stage that it was in.</param>
    /// <param name="folder">Where <c>--resume</c> goes on.</param>
    public static void WriteStopped(Terminal terminal, string stage, string folder) =>
        JsonOutput.Write(terminal.Output, new JsonObject { ["out"] = folder, ["stage"] = stage, ["complete"] = false });

    private static Table Quality(LinearizingResult result)
    {
        Table table = Columns("Model", "perplexity", "of the original", "numbers trained");
        Row("softmax", result.OriginalLoss, null);
        Row("after transfer", result.TransferredLoss, result.TransferParameters);
        Row("after LoRA", result.Loss, result.LoraParameters);
        return table;

        void Row(string name, double? loss, long? trained) => table.AddRow(
            new Text(name),
            new Text(loss is { } nats ? Number(Math.Exp(nats), "F3") : "no validation text"),
            new Text(Math.Exp(loss - result.OriginalLoss ?? double.NaN) is var ratio && double.IsNaN(ratio) ? "" : Number(ratio, "P1")),
            new Text(trained is { } count ? count.ToString("N0", CultureInfo.InvariantCulture) : ""));
    }

    private static Table Generation(LinearizingResult result)
    {
        Table table = Columns("Tokens of text", "softmax ms/token", "linearised", "softmax state bytes", "linearised");
        foreach ((GenerationMeasurement before, GenerationMeasurement after) in result.OriginalGeneration.Zip(result.Generation))
        {
            table.AddRow(new[]
            {
                Whole(before.Length), Number(before.MillisecondsPerToken, "F3"), Number(after.MillisecondsPerToken, "F3"),
                Whole(before.StateBytes), Whole(after.StateBytes),
            }.Select(text => new Text(text)));
        }

        return table;
    }

    private static JsonObject ToJson(LinearizingResult result, string folder) => new()
    {
        ["out"] = folder,
        ["complete"] = true,
        ["perplexity"] = new JsonObject
        {
            ["original"] = Perplexity(result.OriginalLoss),
            ["transfer"] = Perplexity(result.TransferredLoss),
            ["lora"] = Perplexity(result.Loss),
        },
        ["trained"] = new JsonObject { ["transfer"] = result.TransferParameters, ["lora"] = result.LoraParameters },
        ["layers"] = result.Layers is { } layers ? TrainingView.ToJson(layers) : null,
        ["original"] = ToJson(result.OriginalGeneration),
        ["linearized"] = ToJson(result.Generation),
    };

    private static JsonNode? Perplexity(double? loss) => JsonOutput.Number(Math.Exp(loss ?? double.NaN));

    private static JsonArray ToJson(IReadOnlyList<GenerationMeasurement> lengths) =>
        new([.. lengths.Select(length => (JsonNode)new JsonObject
        {
            ["length"] = length.Length,
            ["ms_per_token"] = JsonOutput.Number(length.MillisecondsPerToken),
            ["state_bytes"] = length.StateBytes,
        })]);

    private static Table Columns(string first, params string[] others)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn(first);
        foreach (string name in others)
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        return table;
    }

    private static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
