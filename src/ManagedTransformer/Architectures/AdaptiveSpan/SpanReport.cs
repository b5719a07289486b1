using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ManagedTransformer.Modules.Reports;

namespace ManagedTransformer.Architectures.AdaptiveSpan;

/// <summary>
/// How far back the heads of a model looked in an evaluation, in tokens (Sukhbaatar et al., "Adaptive Attention Span in Transformers",
/// 2019).
/// </summary>
internal sealed record SpanReport : RecordedReport
{
    /// <summary>Mean over layers of the mean span with its ramp, as the paper's tables give it.</summary>
    public required double Average { get; init; }

    /// <summary>The longest span of all heads with its ramp.</summary>
    public required double Max { get; init; }

    /// <summary>The span of every head, without ramp, by layer; the mean over positions where spans depend on the input.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> Layers { get; init; }

    /// <summary>Multiply-adds of attention for one token: layers (4 D^2 + 2 D (average span + N)).</summary>
    public long AttentionFlops { get; set; }

    /// <summary>Hidden states that the caches of all layers hold for one row.</summary>
    public long CachedStates { get; set; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<string> Sentences =>
    [
        $"Spans with their ramps: average {Average:N1}, longest {Max:N1} tokens; attention takes {AttentionFlops:N0} multiply-adds per "
        + $"token, the caches hold {CachedStates:N0} states.",
    ];

    internal override string Member => SpanJson.Member;

    /// <inheritdoc/>
    public override void AddTo(JsonObject json)
    {
        json["average_span"] = Average;
        json["max_span"] = Max;
        json["attention_flops"] = AttentionFlops;
        json["cached_states"] = CachedStates;
        json["spans"] = HeadSpans.ToJson(Layers);
    }

    internal override JsonNode ToMember() => JsonSerializer.SerializeToNode(this, SpanJson.Default.SpanReport)!;
}
