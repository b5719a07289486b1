using System.Globalization;
using System.Text.Json.Nodes;
using ManagedTransformer.Architectures.DeLighT;
using Spectre.Console;

namespace ManagedTransformer.Cli.Views;

/// <summary>The blocks of a DeLighT model, as a table and as JSON.</summary>
internal static class DelightTable
{
    /// <summary>One row for the embedding's unit and one per block.</summary>
    public static Table Draw(DelightSummary summary)
    {
        Table table = new Table().Border(TableBorder.Simple);
        table.AddColumn("Block").AddColumn(Right("Depth")).AddColumn(Right("Width")).AddColumn("Grouped layers").AddColumn("Groups")
            .AddColumn(Right("Unit"));
        table.AddColumn(Right("Layer"));
        if (summary.IsTranslation)
        {
            table.AddColumn(Right("with cross-attention"));
        }

        AddRow("embedding", summary.Size.Embedding);
        for (int block = 0; block < summary.Size.Units.Count; block++)
        {
            long[] layers = summary.IsTranslation
                ? [Parameters(block, cross: false), Parameters(block, cross: true)]
                : [Parameters(block, cross: false)];
            AddRow($"{block}", summary.Size.Units[block], layers);
        }

        return table;

        long Parameters(int block, bool cross) => summary.Size.LayerParameters(block, cross);

        void AddRow(string name, UnitPlan unit, params long[] layers) => table.AddRow(
        [
            new Text(name), new Text($"{unit.Outputs.Count}"),
            new Text(unit.Options.WidthMultiplier.ToString(CultureInfo.InvariantCulture)), new Text(string.Join(' ', unit.Outputs)),
            new Text(string.Join(' ', unit.Groups)), new Text($"{unit.ParameterCount:N0}"),
            .. layers.Select(count => new Text($"{count:N0}")),
        ]);
    }

    /// <summary>The multiply-adds in a sentence.</summary>
    /// <param name="summary">The model.</param>
    /// <param name="source">Source tokens of a translation.</param>
    /// <param name="target">Tokens that are written.</param>
    public static string Describe(DelightSummary summary, int source, int target)
    {
        string text = summary.IsTranslation ? $"translate {source:N0} tokens to {target:N0}" : $"write {target:N0} tokens";
        return $"{summary.Macs(source, target):N0} multiply-adds to {text}, as the authors count them: without a cache.";
    }

    /// <summary>Adds the multiply-adds and the blocks.</summary>
    /// <param name="json">Receives them.</param>
    /// <param name="summary">The model.</param>
    /// <param name="source">Source tokens of a translation.</param>
    /// <param name="target">Tokens that are written.</param>
    public static void AddTo(JsonObject json, DelightSummary summary, int source, int target)
    {
        json["macs"] = summary.Macs(source, target);
        if (summary.IsTranslation)
        {
            json["source_length"] = source;
        }

        json["target_length"] = target;
        json["embedding_unit"] = Unit(summary.Size.Embedding);
        json["blocks"] = new JsonArray([.. summary.Size.Units.Select(Block)]);

        JsonNode Block(UnitPlan unit, int block)
        {
            JsonObject result = Unit(unit);
            result["layer_parameters"] = summary.Size.LayerParameters(block, cross: false);
            if (summary.IsTranslation)
            {
                result["decoder_layer_parameters"] = summary.Size.LayerParameters(block, cross: true);
            }

            return result;
        }
    }

    private static JsonObject Unit(UnitPlan unit) => new()
    {
        ["depth"] = unit.Outputs.Count,
        ["width"] = unit.Options.WidthMultiplier,
        ["inputs"] = Numbers(unit.Inputs),
        ["outputs"] = Numbers(unit.Outputs),
        ["groups"] = Numbers(unit.Groups),
        ["unit_parameters"] = unit.ParameterCount,
    };

    private static JsonArray Numbers(IReadOnlyList<int> values) => new([.. values.Select(value => (JsonNode)value)]);

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();
}
