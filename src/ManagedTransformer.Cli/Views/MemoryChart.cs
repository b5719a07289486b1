using System.Text.Json.Nodes;
using ManagedTransformer.Evaluation;
using Spectre.Console;

namespace ManagedTransformer.Cli.Views;

/// <summary>How much of its slots every memory reads, as a chart and as JSON.</summary>
internal static class MemoryChart
{
    /// <summary>One bar per head and one for all heads together, a full bar being all slots.</summary>
    public static Table Draw(IReadOnlyList<MemoryDetails> memories)
    {
        Table table = new Table().Border(TableBorder.Simple);
        table.AddColumn("Memory").AddColumn("Head").AddColumn(new TableColumn("Usage").RightAligned()).AddColumn("Half-keys")
            .AddColumn("of all slots");
        foreach (MemoryDetails memory in memories)
        {
            AddRow(table, $"layer {memory.Position}", "all", memory.Usage, $"KL {memory.Kl:F2}");
            for (int head = 0; head < memory.HeadUsage.Count; head++)
            {
                string halves = head < memory.SubKeyUsage.Count ? string.Join(" / ", memory.SubKeyUsage[head].Select(Percent)) : "";
                AddRow(table, "", $"{head}", memory.HeadUsage[head], halves);
            }
        }

        return table;
    }

    /// <summary>A memory in a sentence.</summary>
    public static string Describe(MemoryDetails memory) =>
        $"Memory of layer {memory.Position}: {Percent(memory.Usage)} of {memory.Slots:N0} slots used, KL to uniform {memory.Kl:F3} nats.";

    /// <summary>The memories as an object, by position.</summary>
    public static JsonObject ToJson(IReadOnlyList<MemoryDetails> memories) =>
        new(memories.Select(memory => KeyValuePair.Create<string, JsonNode?>(memory.Position, new JsonObject
        {
            ["slots"] = memory.Slots,
            ["usage"] = JsonOutput.Number(memory.Usage),
            ["kl"] = JsonOutput.Number(memory.Kl),
            ["head_usage"] = Numbers(memory.HeadUsage),
            ["sub_key_usage"] = new JsonArray([.. memory.SubKeyUsage.Select(Numbers)]),
        })));

    private static void AddRow(Table table, string memory, string head, double usage, string remark) =>
        table.AddRow(new Text(memory), new Text(head), new Text(Percent(usage)), new Text(remark), new Text(TextBar.Of(usage)));

    private static JsonArray Numbers(IReadOnlyList<double> values) => new([.. values.Select(value => JsonOutput.Number(value))]);

    private static string Percent(double share) => $"{100 * share:F1} %";
}
