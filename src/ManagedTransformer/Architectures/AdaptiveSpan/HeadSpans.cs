using System.Text.Json.Nodes;
using ManagedTransformer.Modules.Reports;

namespace ManagedTransformer.Architectures.AdaptiveSpan;

/// <summary>
/// The span of every head of a model: learnt ones as the weights have them, others as the last evaluation found them.
/// </summary>
/// <param name="Layers">By layer and head, in tokens.</param>
/// <param name="Limit">The longest span that a head can have.</param>
internal sealed record HeadSpans(IReadOnlyList<IReadOnlyList<double>> Layers, int Limit) : MechanismReport
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Sentences =>
    [
        $"Spans: mean {Layers.Average(layer => layer.Average()):N1}, longest {Layers.Max(layer => layer.Max()):N1} of {Limit:N0} tokens.",
    ];

    /// <summary>One bar per head, in tokens, a full bar being the limit.</summary>
    public override ReportTable Table => new(
        [new("Layer"), new("Head"), new("Span", IsNumber: true), new($"of {Limit:N0} tokens")],
        [.. Layers.SelectMany((heads, layer) => heads.Select((span, head) => (IReadOnlyList<ReportCell>)
            [new(head == 0 ? $"{layer}" : ""), new($"{head}"), new($"{span:N1}"), ReportCell.Bar(span / Limit)]))]);

    /// <inheritdoc/>
    public override ReportChart Chart => new("Spans of the heads", "tokens", "Layer", "Head", Limit,
        [.. Layers.Select((heads, layer) => new ReportBars($"{layer}", heads))]);

    /// <inheritdoc/>
    public override void AddTo(JsonObject json)
    {
        json["span_limit"] = Limit;
        json["spans"] = ToJson(Layers);
    }

    /// <summary>Spans as an array of layers.</summary>
    internal static JsonArray ToJson(IReadOnlyList<IReadOnlyList<double>> layers) =>
        new([.. layers.Select(heads => new JsonArray([.. heads.Select(span => (JsonNode)span)]))]);
}
