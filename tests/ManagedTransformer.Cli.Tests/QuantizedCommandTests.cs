using System.Text.Json;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>Weights of small integers: rounded when a model is loaded, or stored in a folder.</summary>
public sealed class QuantizedCommandTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("int8", 0.01)]
    [InlineData("int4", 0.15)]
    public void AFolderOfIntegersIsTheModelRounded(string type, double bound)
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        double exact = Evaluate("out"), rounded = Evaluate("out", "--weights", type);
        Assert.NotEqual(exact, rounded);
        Assert.InRange(rounded, exact - bound, exact + bound);

        JsonElement converted = Workspace.Run("convert", _work["out"], "--weights", type, "--out", _work["small"], "--json").Json;
        Assert.Equal(JsonValueKind.Null, converted.GetProperty("rounded").ValueKind);
        Assert.Equal(rounded, Evaluate("small"));
        Assert.Equal(rounded, Evaluate("small", "--weights", type));
        Assert.Equal(Generate("out", "--weights", type), Generate("small"));
        Assert.Equal(Score("out", "--weights", type), Score("small"));

        JsonElement info = Workspace.Run("info", _work["small"], "--json").Json;
        Assert.Equal(type, info.GetProperty("weights").GetString());
        Assert.Equal(converted.GetProperty("parameters").GetInt64(), info.GetProperty("parameters").GetInt64());
        Assert.Contains($"stored as {type}", Workspace.Run("info", _work["small"]).Output, StringComparison.Ordinal);
        Assert.True(new FileInfo(_work["small/model.safetensors"]).Length < new FileInfo(_work["out/best/model.safetensors"]).Length * 0.6);

        // The values in float32, which is told; the same numbers, summed in another order.
        ToolResult floats = Workspace.Run("convert", _work["small"], "--out", _work["floats"]);
        Assert.Contains($"stores its matrices as {type}", floats.Output, StringComparison.Ordinal);
        Assert.Equal(rounded, Evaluate("floats"), 4);
    }

    [Fact]
    public void WhatIsRoundedIsNeitherRoundedAgainNorTrained()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        Assert.Equal(0, Workspace.Run("convert", _work["out"], "--weights", "int8", "--out", _work["small"]).ExitCode);
        Workspace.Run("convert", _work["small"], "--weights", "int4", "--out", _work["smaller"])
            .AssertFails(1, "holds Int8 weights already");
        Workspace.Run("eval", _work["small"], "--weights", "int4").AssertFails(1, "not rounded again");
        Workspace.Run("convert", _work["out"], "--to", "gpt2", "--weights", "int8", "--out", _work["gpt2"]).AssertFails(2, "float32");
        Workspace.Run("average", _work["small"], _work["out/best"], "--out", _work["mean"]).AssertFails(1, "cannot be averaged");
        _work.Train("tuned", "--init", _work["small"], "--steps", "3").AssertFails(1, "cannot be trained");
        Assert.False(Directory.Exists(_work["tuned"]));
    }

    [Fact]
    public void ATranslationModelIsRounded()
    {
        _work.Write("recipe.json", Workspace.TranslationRecipe);
        string pairs = _work.Write(
            "pairs.tsv", string.Concat(Enumerable.Range(0, 40).Select(i => $"old red boat {i % 7}\t{i % 7} boat red old\n")));
        ToolResult trained = Workspace.Run(
            "train", _work["recipe.json"], "--data", pairs, "--valid", pairs, "--steps", "20", "--out", _work["out"]);
        Assert.True(trained.ExitCode == 0, trained.Error);
        _work.Write("lines", "old red boat 7\n");
        ToolResult translated = Workspace.Run("translate", _work["out"], _work["lines"], "--weights", "int8");
        Assert.Equal(0, translated.ExitCode);
        double exact = Loss(), rounded = Loss("--weights", "int8");
        Assert.InRange(rounded, exact - 0.02, exact + 0.02);
        Assert.NotEqual(exact, rounded);

        double Loss(params string[] options) =>
            Workspace.Run(["eval", _work["out"], "--data", pairs, "--json", .. options]).Json.GetProperty("loss").GetDouble();
    }

    private double Evaluate(string model, params string[] options) =>
        Workspace.Run(["eval", _work[model], "--data", _work["text.txt"], "--json", .. options]).Json.GetProperty("loss").GetDouble();

    private string Generate(string model, params string[] options) => Workspace.Run(
        ["generate", _work[model], "--prompt", "the ", "--tokens", "20", "--json", .. options]).Json.GetProperty("text").GetString()!;

    private string Score(string model, params string[] options) => Workspace.Run(
        ["score", _work[model], "--text", "the cat sat", "--json", .. options]).Json.GetProperty("sum").GetRawText();
}
