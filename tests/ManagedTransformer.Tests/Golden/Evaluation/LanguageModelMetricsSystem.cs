using System.Text.Json;
using ManagedTransformer.Evaluation;

namespace ManagedTransformer.Tests.Golden.Evaluation;

internal sealed class LanguageModelMetricsSystem : IGoldenSystem
{
    public string Name => "lm_metrics";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        int index = 0;
        foreach (JsonElement example in test.Document.GetProperty("cases").EnumerateArray())
        {
            GoldenConfig input = new(example.GetProperty("input"));
            LanguageModelMetrics metrics = new(input.Double("nll_sum"), input.Long("tokens", 0), input.Long("words", 0),
                input.Long("chars", 0));
            foreach (JsonProperty expected in example.GetProperty("expected").EnumerateObject())
            {
                check.CompareValues($"case {index}, {expected.Name}", [expected.Value.GetDouble()], [Figure(metrics, expected.Name)]);
            }

            index++;
        }
    }

    private static double Figure(LanguageModelMetrics metrics, string name) => name switch
    {
        "nll_per_token" => metrics.Loss,
        "loss_base2" => metrics.LossBase2,
        "perplexity" => metrics.Perplexity,
        "bits_per_token" => metrics.BitsPerToken,
        "word_perplexity" => metrics.WordPerplexity,
        "bits_per_char" => metrics.BitsPerCharacter,
        _ => throw new InvalidDataException($"unknown figure '{name}'"),
    };
}
