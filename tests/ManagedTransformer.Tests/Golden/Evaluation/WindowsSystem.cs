using System.Text.Json;
using ManagedTransformer.Evaluation;

namespace ManagedTransformer.Tests.Golden.Evaluation;

internal sealed class WindowsSystem : IGoldenSystem
{
    public string Name => "lm_windows";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        int index = 0;
        foreach (JsonElement example in test.Document.GetProperty("cases").EnumerateArray())
        {
            GoldenConfig config = new(example);
            IEnumerable<EvaluationWindow> windows = EvaluationWindow.Cut(config.Int("length"), config.Int("tokens_per_sample"),
                config.Int("context_window", 0));
            check.CompareValues(
                $"case {index++}, windows",
                [.. example.GetProperty("windows").EnumerateArray()
                    .SelectMany(window => window.EnumerateArray().Select(place => place.GetDouble()))],
                [.. windows.SelectMany(window => new double[] { window.ContextStart, window.FirstTarget, window.EndTarget })]);
        }
    }
}
