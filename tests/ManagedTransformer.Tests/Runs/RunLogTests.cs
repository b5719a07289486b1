using ManagedTransformer.Runs;
using Xunit;

namespace ManagedTransformer.Tests.Runs;

/// <summary>Logs of runs: those of this version, older ones, and what is no log.</summary>
public sealed class RunLogTests : IDisposable
{
    private const string Update = """{"step":5,"seconds":1.5,"loss":2.5,"learning_rate":0.001,"gradient_norm":0.5,"tokens_per_s":1000}""";
    private const string Evaluation = """{"step":5,"seconds":1.75,"validation_loss":2.25,"validation_bits_per_char":3.5,"best":true}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mt-log-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void UpdatesAndEvaluationsAreTakenApart()
    {
        RunLog log = Read($"{Update}\n{Evaluation}\n");
        Assert.Equal(new RunUpdate(5, 1.5, 2.5, null, 0.001, 0.5, 1000), Assert.Single(log.Updates));
        Assert.Equal(new RunEvaluation(5, 1.75, 2.25, 3.5, null, null, true), Assert.Single(log.Evaluations));
        Assert.Equal((5L, 1.75, false), (log.LastStep, log.LastSeconds!.Value, log.IsCut));
    }

    [Fact]
    public void ALogOfAnOlderVersionHasNoSeconds()
    {
        RunLog log = Read("""{"step":10,"loss":3.0,"learning_rate":0.1,"gradient_norm":1,"tokens_per_s":10}""" + "\n");
        Assert.Null(log.LastSeconds);
        Assert.Null(Assert.Single(log.Updates).Seconds);
    }

    [Fact]
    public void KeysOfALaterVersionArePassedOver()
    {
        RunLog log = Read(Update.Replace("\"loss\"", "\"momentum\":[1],\"loss\"", StringComparison.Ordinal) + "\n");
        Assert.Equal(2.5, Assert.Single(log.Updates).Loss);
    }

    [Fact]
    public void WhatIsNoNumberIsNotKnown() =>
        Assert.Null(Assert.Single(Read("""{"step":5,"validation_loss":null,"best":false}""" + "\n").Evaluations).Loss);

    [Theory]
    [InlineData("{\"step\":6,\"lo")]
    [InlineData("{")]
    public void ALastLineThatIsHalfWrittenIsLeftOut(string half)
    {
        RunLog log = Read($"{Update}\n{Evaluation}\n{half}");
        Assert.True(log.IsCut);
        Assert.Equal((1, 1), (log.Updates.Count, log.Evaluations.Count));
    }

    [Fact]
    public void ALastLineWithoutItsEndCountsWhereItIsWhole() => Assert.False(Read(Update).IsCut);

    [Theory]
    [InlineData("hello", "is no JSON")]
    [InlineData("[1]", "is no object")]
    [InlineData("{\"loss\":1}", "\"step\"")]
    [InlineData("{\"step\":-1,\"loss\":1}", "\"step\"")]
    [InlineData("{\"step\":\"5\",\"loss\":1}", "\"step\"")]
    [InlineData("{\"step\":1.5,\"loss\":1}", "\"step\"")]
    [InlineData("{\"step\":5}", "\"validation_loss\"")]
    [InlineData("{\"step\":5,\"loss\":\"low\"}", "\"loss\"")]
    [InlineData("{\"step\":4,\"loss\":1}", "another run")]
    [InlineData("{\"step\":5,\"step\":6,\"loss\":1}", "gives 'step' twice")]
    [InlineData("{\"\\ud800\\ud800\\ud800\":1,\"step\":5,\"loss\":1}", "is no JSON")]
    public void AForeignLineIsNamed(string line, string reason)
    {
        InputException e = Assert.Throws<InputException>(() => Read($"{Update}\n{line}\n{Evaluation}\n"));
        Assert.Contains("Line 2 of '", e.Message, StringComparison.Ordinal);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("{\"st")]
    public void AnEmptyLogIsRefused(string text) =>
        Assert.Contains("has no line yet", Assert.Throws<InputException>(() => Read(text)).Message, StringComparison.Ordinal);

    private RunLog Read(string text)
    {
        string path = Path.Combine(_folder.FullName, "log.jsonl");
        File.WriteAllText(path, text);
        return RunLog.Read(path);
    }
}
