using System.Globalization;
using System.Text.Json;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>Log-probabilities of tokens as <c>mt score</c> prints them.</summary>
public sealed class ScoreCommandTests : IDisposable
{
    // As many tokens as the tiny model reads.
    private const string Line = "the cat number 7";

    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void AgreesWithTheLossOfTheText()
    {
        _work.Train("out");
        JsonElement scored = Score("out", "--text", Line);
        double[] logProbabilities = Numbers(scored.GetProperty("logprobs"));
        Assert.Equal(Line.Length, scored.GetProperty("ids").GetArrayLength());
        Assert.Equal(Line.Length - 1, logProbabilities.Length);
        Assert.Equal(logProbabilities.Sum(), scored.GetProperty("sum").GetDouble(), 1e-6);
        Assert.False(scored.TryGetProperty("logits", out _));
        JsonElement evaluated = Workspace.Run("eval", _work["out"], "--data", _work.Write("line.txt", Line), "--json").Json;
        Assert.Equal(evaluated.GetProperty("loss").GetDouble(), -logProbabilities.Average(), 1e-5);

        string ids = string.Join(',', Numbers(scored.GetProperty("ids")).Select(id => id.ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(scored.GetRawText(), Score("out", "--ids", ids).GetRawText());
        string printed = Workspace.RunWithInput(Line, "score", _work["out"], "--text", "-").Output;
        Assert.Contains("15 tokens scored: ln p = ", printed, StringComparison.Ordinal);
        Assert.Contains("␣", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void LogitsBelongToWhatFollows()
    {
        _work.Train("out");
        JsonElement whole = Score("out", "--text", Line, "--logits"), start = Score("out", "--text", Line[..5], "--logits");
        JsonElement[] rows = [.. whole.GetProperty("logits").EnumerateArray()];
        int[] ids = [.. Numbers(whole.GetProperty("ids")).Select(id => (int)id)];
        double[] logProbabilities = Numbers(whole.GetProperty("logprobs"));
        Assert.Equal(ids.Length, rows.Length);
        for (int i = 0; i < logProbabilities.Length; i++)
        {
            double[] row = Numbers(rows[i]);
            Assert.Equal(row[ids[i + 1]] - Math.Log(row.Sum(Math.Exp)), logProbabilities[i], 1e-5);
        }

        JsonElement[] first = [.. start.GetProperty("logits").EnumerateArray()];
        Assert.Equal(5, first.Length);
        for (int i = 0; i < first.Length; i++)
        {
            Assert.All(Numbers(rows[i]).Zip(Numbers(first[i])), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }
    }

    [Fact]
    public void AnAdaptiveSoftmaxGivesLogProbabilities()
    {
        _work.Write("recipe.json", Workspace.SpanRecipe);
        ToolResult trained = _work.Train("out");
        Assert.True(trained.ExitCode == 0, trained.Error);
        JsonElement scored = Score("out", "--text", Line + " sat on the mat.", "--logits");
        Assert.All(scored.GetProperty("logits").EnumerateArray(), row => Assert.Equal(1, Numbers(row).Sum(Math.Exp), 1e-5));
        double sum = Enumerable.Range(0, 5).Sum(i =>
            scored.GetProperty("logits")[i][scored.GetProperty("ids")[i + 1].GetInt32()].GetDouble());
        Assert.Equal(sum, Numbers(scored.GetProperty("logprobs"))[..5].Sum(), 1e-5);
    }

    [Fact]
    public void EveryLineHasAScore()
    {
        _work.Train("out");
        ToolResult result = Workspace.Run("score", _work["out"], "--data", _work.Write("lines.txt", "the cat\n\nt\n"), "--json");
        Assert.Equal(0, result.ExitCode);
        JsonElement[] scores = [.. result.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal([7, 0, 1], scores.Select(score => score.GetProperty("ids").GetArrayLength()));
        Assert.Equal([6, 0, 0], scores.Select(score => score.GetProperty("logprobs").GetArrayLength()));

        ToolResult failed = Workspace.Run("score", _work["out"], "--data", _work.Write("lines.txt", $"the\n{Line}{Line}\n"), "--json");
        Assert.Equal(1, failed.ExitCode);
        Assert.StartsWith("{\"ids\":", failed.Output, StringComparison.Ordinal);
        Assert.Contains("Line 2 of", failed.Output, StringComparison.Ordinal);
        Assert.Contains("32 tokens, and the model reads at most 16", failed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void TranslationsAreScoredBehindTheirSource()
    {
        string pairs = _work.Write("pairs.tsv", "red fish\tfish red\nold boat\tboat old\nthe old boat\tboat old the\n");
        ToolResult trained = Workspace.Run(
            "train", _work.Write("recipe.json", Workspace.TranslationRecipe), "--data", pairs, "--valid", pairs, "--out",
            _work["out"]);
        Assert.True(trained.ExitCode == 0, trained.Error);
        JsonElement evaluated = Workspace.Run("eval", _work["out"], "--data", pairs, "--json").Json;
        string[] lines = Workspace.Run("score", _work["out"], "--data", pairs, "--json").Output.TrimEnd().Split('\n');
        double sum = lines.Sum(line => JsonDocument.Parse(line).RootElement.GetProperty("sum").GetDouble());
        Assert.Equal(evaluated.GetProperty("loss").GetDouble(), -sum / evaluated.GetProperty("tokens").GetInt64(), 1e-5);

        JsonElement single = Score("out", "--source", "red fish", "--text", "fish red");
        Assert.Equal(JsonDocument.Parse(lines[0]).RootElement.GetRawText(), single.GetRawText());
        string ids = string.Join(',', Numbers(single.GetProperty("ids")).Select(id => id.ToString(CultureInfo.InvariantCulture)));
        Assert.StartsWith("2,", ids, StringComparison.Ordinal);
        Assert.EndsWith(",2", ids, StringComparison.Ordinal);
        Assert.Equal(single.GetRawText(), Score("out", "--source", "red fish", "--ids", ids).GetRawText());
        Assert.Equal("{\"ids\":[2],\"logprobs\":[],\"sum\":0}", Score("out", "--source-ids", "4,2", "--ids", "2").GetRawText());

        Refused(2, "needs one of --source and --source-ids", "--text", "fish");
        Refused(2, "--source stands beside --text or --ids", "--data", pairs, "--source", "red");
        Refused(1, "has the id 99", "--source-ids", "99,2", "--ids", "2");
    }

    [Fact]
    public void WhatCannotBeScoredIsRefused()
    {
        _work.Train("out");
        Refused(2, "One of --text, --data and --ids");
        Refused(2, "One of --text, --data and --ids", "--text", "a", "--ids", "1");
        Refused(2, "--ids needs whole numbers from 0", "--ids", "1,-2");
        Refused(2, "--logits needs --json", "--text", "the", "--logits");
        Refused(2, "--source applies to translation models", "--text", "the", "--source", "the");
        Refused(1, "has the id 500", "--ids", "1,500");
        Refused(1, "20 tokens, and the model reads at most 16", "--text", "the cat the cat the ");
        Refused(1, "does not exist", "--data", _work["absent.txt"]);
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetDouble())];

    private JsonElement Score(string model, params string[] more) => Workspace.Run(["score", _work[model], "--json", .. more]).Json;

    private void Refused(int code, string sentence, params string[] more)
    {
        ToolResult result = Workspace.Run(["score", _work["out"], .. more]);
        Assert.Equal(code, result.ExitCode);
        Assert.Contains(sentence, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }
}
