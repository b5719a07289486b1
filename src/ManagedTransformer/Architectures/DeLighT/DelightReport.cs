using System.Globalization;
using System.Text.Json.Nodes;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Reports;

namespace ManagedTransformer.Architectures.DeLighT;

/// <summary>The blocks of a DeLighT model and its multiply-adds, from its configuration alone.</summary>
/// <param name="Cost">The units of blocks and embedding, and what they cost.</param>
/// <param name="Model">The model, and the lengths to count multiply-adds for.</param>
internal sealed record DelightReport(DelightCost Cost, ModelFacts Model) : MechanismReport
{
    /// <summary>Multiply-adds of writing a text token by token, without a cache, as <see cref="DelightCost"/> counts them.</summary>
    public long Macs => HasEncoder
        ? Cost.TranslationMacs(Model.Lengths.Source, Model.Lengths.Target, Model.Vocabulary)
        : Cost.LanguageModelMacs(Model.Lengths.Target, Model.Vocabulary, Model.Clusters);

    /// <inheritdoc/>
    public override bool DependsOnLengths => true;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sentences
    {
        get
        {
            (int source, int target) = Model.Lengths;
            string text = HasEncoder ? $"translate {source:N0} tokens to {target:N0}" : $"write {target:N0} tokens";
            return [$"{Macs:N0} multiply-adds to {text}, as the authors count them: without a cache."];
        }
    }

    /// <summary>One row for the embedding's unit and one per block.</summary>
    public override ReportTable Table
    {
        get
        {
            List<ReportColumn> columns =
            [
                new("Block"), new("Depth", IsNumber: true), new("Width", IsNumber: true), new("Grouped layers"), new("Groups"),
                new("Unit", IsNumber: true), new("Layer", IsNumber: true),
            ];
            if (HasEncoder)
            {
                columns.Add(new("with cross-attention", IsNumber: true));
            }

            return new ReportTable(columns,
            [
                Row("embedding", Cost.Embedding, []),
                .. Cost.Units.Select((unit, block) => Row($"{block}", unit, Layers(block))),
            ]);
        }
    }

    /// <inheritdoc/>
    public override void AddTo(JsonObject json)
    {
        json["macs"] = Macs;
        if (HasEncoder)
        {
            json["source_length"] = Model.Lengths.Source;
        }

        json["target_length"] = Model.Lengths.Target;
        json["embedding_unit"] = Unit(Cost.Embedding);
        json["blocks"] = new JsonArray([.. Cost.Units.Select(Block)]);
    }

    private bool HasEncoder => Model.Encoder is not null;

    // Parameters of a block's layers: of the encoder, where there is one, and of the stack that writes.
    private long[] Layers(int block) =>
        [.. new[] { Model.Encoder, Model.Stack }.OfType<LayerStack>().Select(stack => stack.Layers[block].ParameterCount)];

    private JsonNode Block(UnitPlan unit, int block)
    {
        JsonObject result = Unit(unit);
        long[] layers = Layers(block);
        result["layer_parameters"] = layers[0];
        if (layers.Length > 1)
        {
            result["decoder_layer_parameters"] = layers[1];
        }

        return result;
    }

    private static IReadOnlyList<ReportCell> Row(string name, UnitPlan unit, long[] layers) =>
    [
        new(name), new($"{unit.Outputs.Count}"), new(unit.Options.WidthMultiplier.ToString(CultureInfo.InvariantCulture)),
        new(string.Join(' ', unit.Outputs)), new(string.Join(' ', unit.Groups)), new($"{unit.ParameterCount:N0}"),
        .. layers.Select(count => new ReportCell($"{count:N0}")),
    ];

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
}
