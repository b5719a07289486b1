using System.Text.Json;
using ManagedTransformer.Evaluation.Metrics;

namespace ManagedTransformer.Tests.Golden.Evaluation;

internal sealed class Tokenizer13aSystem : IGoldenSystem
{
    public string Name => "tokenize_13a";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        foreach (JsonElement example in test.Document.GetProperty("cases").EnumerateArray())
        {
            string line = example.GetProperty("line").GetString()!;
            check.CompareText(line, string.Join('\n', TranslationCase.Lines(example.GetProperty("tokens"))),
                string.Join('\n', Tokenizer13a.Tokenize(line)));
        }
    }
}
