using System.Text.Json.Nodes;
using ManagedTransformer.Evaluation;
using Spectre.Console;

namespace ManagedTransformer.Cli.Views;

/// <summary>How far back every head looks, as a chart and as JSON.</summary>
internal static class SpanChart
{
    /// <summary>One bar per head, in tokens, a full bar being the limit.</summary>
    /// <param name="spans">By layer and head, in tokens.</param>
    /// <param name="limit">The longest span that a head can have.</param>
    public static Table Draw(IReadOnlyList<IReadOnlyList<double>> spans, int limit)
    {
        Table table = new Table().Border(TableBorder.Simple);
        table.AddColumn("Layer").AddColumn("Head").AddColumn(new TableColumn("Span").RightAligned()).AddColumn($"of {limit:N0} tokens");
        for (int layer = 0; layer < spans.Count; layer++)
        {
            for (int head = 0; head < spans[layer].Count; head++)
            {
                double span = spans[layer][head];
                table.AddRow(new Text(head == 0 ? $"{layer}" : ""), new Text($"{head}"), new Text($"{span:N1}"),
                    new Text(TextBar.Of(span / limit)));
            }
        }

        return table;
    }

    /// <summary>The mean and the longest span in a sentence.</summary>
    /// <param name="spans">By layer and head, in tokens.</param>
    /// <param name="limit">The longest span that a head can have.</param>
    public static string Describe(IReadOnlyList<IReadOnlyList<double>> spans, int limit) =>
        $"Spans: mean {spans.Average(layer => layer.Average()):N1}, longest {spans.Max(layer => layer.Max()):N1} of {limit:N0} tokens.";

    /// <summary>What an evaluation found, in a sentence.</summary>
    public static string Describe(SpanDetails spans) =>
        $"Spans with their ramps: average {spans.Average:N1}, longest {spans.Max:N1} tokens; attention takes {spans.AttentionFlops:N0} "
        + $"multiply-adds per token, the caches hold {spans.CachedStates:N0} states.";

    /// <summary>The spans as an array of layers.</summary>
    public static JsonArray ToJson(IReadOnlyList<IReadOnlyList<double>> spans) =>
        new([.. spans.Select(layer => new JsonArray([.. layer.Select(span => JsonOutput.Number(span))]))]);
}
