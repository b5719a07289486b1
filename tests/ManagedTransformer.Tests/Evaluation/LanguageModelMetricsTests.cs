using System.Text.Json;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Evaluation;
using Xunit;

namespace ManagedTransformer.Tests.Evaluation;

public class LanguageModelMetricsTests
{
    private static JsonElement Cases(string file)
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !Directory.Exists(Path.Combine(folder, "tests", "golden")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        string path = Path.Combine(folder!, "tests", "golden", "evaluation", file);
        return JsonDocument.Parse(File.ReadAllBytes(path)).RootElement.GetProperty("cases");
    }

    [Fact]
    public void MetricsAgreeWithTheReference()
    {
        foreach (JsonElement test in Cases("lm_metrics_s0.json").EnumerateArray())
        {
            JsonElement input = test.GetProperty("input"), expected = test.GetProperty("expected");
            var metrics = new LanguageModelMetrics(
                input.GetProperty("nll_sum").GetDouble(), input.GetProperty("tokens").GetInt64(), input.GetProperty("words").GetInt64(),
                input.GetProperty("chars").GetInt64());
            Check("nll_per_token", metrics.Loss);
            Check("loss_base2", metrics.LossBase2);
            Check("perplexity", metrics.Perplexity);
            Check("bits_per_token", metrics.BitsPerToken);
            Check("word_perplexity", metrics.WordPerplexity);
            Check("bits_per_char", metrics.BitsPerCharacter);

            void Check(string name, double actual)
            {
                double value = expected.GetProperty(name).GetDouble();
                Assert.True(Math.Abs(actual - value) <= 1e-9 * (1 + Math.Abs(value)), $"{name}: {actual} instead of {value}");
            }
        }
    }

    [Fact]
    public void WindowsAgreeWithTheReference()
    {
        foreach (JsonElement test in Cases("lm_windows_s0.json").EnumerateArray())
        {
            long[][] expected =
                [.. test.GetProperty("windows").EnumerateArray().Select(w => w.EnumerateArray().Select(x => x.GetInt64()).ToArray())];
            IEnumerable<EvaluationWindow> actual = EvaluationWindow.Cut(
                test.GetProperty("length").GetInt64(), test.GetProperty("tokens_per_sample").GetInt32(),
                test.GetProperty("context_window").GetInt32());
            Assert.Equal(expected, actual.Select(w => new[] { w.ContextStart, w.FirstTarget, w.EndTarget }));
        }
    }

    [Fact]
    public void TextsAreJoinedByTheirSums() =>
        Assert.Equal(new LanguageModelMetrics(5, 7, 9, 11), new LanguageModelMetrics(2, 3, 4, 5).Add(new(3, 4, 5, 6)));

    [Fact]
    public void TextsAreMeasuredInCharactersAndWords()
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes(" na\u00efve \U0001F600\n\n two\u3000three \n");
        Assert.Equal(22, TextSize.CountCharacters(text));
        Assert.Equal(4, TextSize.CountWords(text));
        Assert.Equal(7, TextSize.CountWords(text, countNewlines: true));
        Assert.Equal((0, 0), (TextSize.CountCharacters([]), TextSize.CountWords([])));
    }

    [Fact]
    public void BatchesScoreEveryTokenButTheFirstOnce()
    {
        int[] ids = [.. Enumerable.Range(0, 101)];
        foreach ((int size, int context, int rows) in new[] { (8, 0, 3), (8, 5, 4), (8, 7, 1), (200, 10, 2), (1, 0, 7) })
        {
            var scored = new List<int>();
            long count = 0;
            foreach (EvaluationBatch batch in EvaluationBatch.Read(TokenStream.FromIds(ids), size, context, rows))
            {
                Assert.InRange(batch.Rows, 1, rows);
                Assert.InRange(batch.Length, 1, size);
                count += batch.TargetCount;
                for (int i = 0; i < batch.Inputs.Length; i++)
                {
                    Assert.Equal(batch.Inputs[i] + 1, batch.Targets[i]);
                    if (i % batch.Length >= batch.ContextLength)
                    {
                        scored.Add(batch.Targets[i]);
                    }
                }
            }

            Assert.Equal(ids[1..], scored);
            Assert.Equal(100, count);
        }
    }

    [Fact]
    public void WrongSizesAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => EvaluationWindow.Cut(10, 4, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => EvaluationWindow.Cut(-1, 4));
        Assert.Throws<InputException>(() => EvaluationBatch.Read(TokenStream.FromIds([1]), 4));
    }
}
