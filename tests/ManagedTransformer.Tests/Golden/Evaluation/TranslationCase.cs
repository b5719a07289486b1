using System.Text.Json;
using ManagedTransformer.Evaluation.Metrics;

namespace ManagedTransformer.Tests.Golden.Evaluation;

/// <summary>One example of a file of scored translations.</summary>
internal sealed class TranslationCase(JsonElement example)
{
    public string Name => example.GetProperty("name").GetString()!;

    public GoldenConfig Options => new(example.GetProperty("options"));

    public JsonElement Expected => example.GetProperty("expected");

    public string[] Hypotheses => Lines(example.GetProperty("hypotheses"));

    /// <summary>A stream of its own, or a list of streams.</summary>
    public string[][] References
    {
        get
        {
            JsonElement references = example.GetProperty("references");
            return references[0].ValueKind == JsonValueKind.String ? [Lines(references)] : [.. references.EnumerateArray().Select(Lines)];
        }
    }

    public static IEnumerable<TranslationCase> All(GoldenCase test) =>
        test.Document.GetProperty("cases").EnumerateArray().Select(example => new TranslationCase(example));

    public static string[] Lines(JsonElement list) => [.. list.EnumerateArray().Select(line => line.GetString()!)];

    public void Compare(GoldenCheck check, BleuScore actual, string text)
    {
        foreach (JsonProperty expected in Expected.EnumerateObject())
        {
            if (expected.Name == "text")
            {
                check.CompareText($"{Name}: {expected.Name}", expected.Value.GetString()!, text);
                continue;
            }

            IReadOnlyList<double> values = expected.Name switch
            {
                "score" => [actual.Score],
                "counts" => actual.Matches,
                "totals" => actual.Totals,
                "precisions" => actual.Precisions,
                "bp" => [actual.BrevityPenalty],
                "sys_len" => [actual.Length],
                "ref_len" => [actual.ReferenceLength],
                _ => throw new InvalidDataException($"unknown figure '{expected.Name}'"),
            };
            double[] wanted = expected.Value.ValueKind == JsonValueKind.Array
                ? [.. expected.Value.EnumerateArray().Select(value => value.GetDouble())]
                : [expected.Value.GetDouble()];
            check.CompareValues($"{Name}: {expected.Name}", wanted, values);
        }
    }
}
