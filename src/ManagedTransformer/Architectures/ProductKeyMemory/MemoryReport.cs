using System.Text.Json;
using System.Text.Json.Nodes;
using ManagedTransformer.Modules.Reports;

namespace ManagedTransformer.Architectures.ProductKeyMemory;

/// <summary>What the memories of a model read in an evaluation.</summary>
/// <param name="Memories">In the order of the layers.</param>
internal sealed record MemoryReport(IReadOnlyList<MemoryDetails> Memories) : RecordedReport
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Sentences =>
    [
        .. Memories.Select(memory =>
            $"Memory of layer {memory.Position}: {Percent(memory.Usage)} of {memory.Slots:N0} slots used, KL to uniform {memory.Kl:F3} nats."),
    ];

    /// <summary>One bar per head and one for all heads together, a full bar being all slots.</summary>
    public override ReportTable Table => new(
        [new("Memory"), new("Head"), new("Usage", IsNumber: true), new("Half-keys"), new("of all slots")], [.. Memories.SelectMany(Rows)]);

    /// <inheritdoc/>
    public override ReportChart Chart => new("Slots of the memories that were read, by head", "% of all slots", "Layer", "Head", 100,
        [.. Memories.Select(memory => new ReportBars(
            memory.Position, [.. (memory.HeadUsage.Count > 0 ? memory.HeadUsage : [memory.Usage]).Select(usage => 100 * usage)]))]);

    internal override string Member => MemoryJson.Member;

    /// <inheritdoc/>
    public override void AddTo(JsonObject json) =>
        json["memory"] = new JsonObject(Memories.Select(memory => KeyValuePair.Create<string, JsonNode?>(memory.Position, new JsonObject
        {
            ["slots"] = memory.Slots,
            ["usage"] = memory.Usage,
            ["kl"] = memory.Kl,
            ["head_usage"] = Numbers(memory.HeadUsage),
            ["sub_key_usage"] = new JsonArray([.. memory.SubKeyUsage.Select(Numbers)]),
        })));

    internal override JsonNode ToMember() => JsonSerializer.SerializeToNode(Memories, MemoryJson.Default.IReadOnlyListMemoryDetails)!;

    private static IEnumerable<IReadOnlyList<ReportCell>> Rows(MemoryDetails memory)
    {
        yield return Row($"layer {memory.Position}", "all", memory.Usage, $"KL {memory.Kl:F2}");
        for (int head = 0; head < memory.HeadUsage.Count; head++)
        {
            string halves = head < memory.SubKeyUsage.Count ? string.Join(" / ", memory.SubKeyUsage[head].Select(Percent)) : "";
            yield return Row("", $"{head}", memory.HeadUsage[head], halves);
        }
    }

    private static IReadOnlyList<ReportCell> Row(string memory, string head, double usage, string remark) =>
        [new(memory), new(head), new(Percent(usage)), new(remark), ReportCell.Bar(usage)];

    private static JsonArray Numbers(IReadOnlyList<double> values) => new([.. values.Select(value => (JsonNode)value)]);

    private static string Percent(double share) => $"{100 * share:F1} %";
}
