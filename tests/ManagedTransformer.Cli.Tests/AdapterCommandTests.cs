using System.Text.Json;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>Low-rank adapters in the tool: trained, used beside their base wherever it is, and folded into it.</summary>
public sealed class AdapterCommandTests : IDisposable
{
    private const string Lora = "\"lora\": { \"rank\": 2, \"alpha\": 8, \"targets\": [\"value\", \"fc2\"], \"dropout\": 0.1 }";

    private readonly Workspace _work = new();

    public AdapterCommandTests()
    {
        Assert.Equal(0, _work.Train("base").ExitCode);
        _work.Write("recipe.json", Workspace.TinyRecipe
            .Replace("\"dropout\": 0.1 }", $"\"dropout\": 0.1, {Lora} }}", StringComparison.Ordinal)
            .Replace("\"adamw\" }", "\"adamw\" }, \"schedule\": { \"lr\": 2e-2 }", StringComparison.Ordinal));
    }

    public void Dispose() => _work.Dispose();

    [Fact]
    public void AnAdapterIsTrainedUsedAndMerged()
    {
        ToolResult told = Train("lora");
        Assert.Contains("Adapters of rank 2, alpha 8, at 2 maps (value, fc2): 224 of", told.Output, StringComparison.Ordinal);
        Assert.Contains("Training 224 parameters for 20 steps", told.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(_work["lora/last/model.safetensors"]));

        string text = Generate("lora");
        Assert.NotEqual(Generate("base"), text);
        Assert.Equal(text, Generate("base", "--adapter", _work["lora"]));
        Assert.Equal(text, Generate("lora", "--base", _work["base"]));
        JsonElement info = Workspace.Run("info", _work["lora"], "--json").Json;
        Assert.Equal(224, info.GetProperty("lora").GetProperty("trained_parameters").GetInt64());
        Assert.Equal(8, info.GetProperty("lora").GetProperty("alpha").GetDouble());
        Assert.Equal(20, info.GetProperty("step").GetInt64());
        Assert.Equal(_work["base"], info.GetProperty("configuration").GetProperty("base").GetProperty("path").GetString());
        Assert.Equal(
            info.GetProperty("parameters").GetInt64(),
            Workspace.Run("info", _work["base"], "--adapter", _work["lora"], "--json").Json.GetProperty("parameters").GetInt64());

        Assert.Contains("at 2 maps", Workspace.Run("info", _work["lora"], "--base", _work["base"]).Output, StringComparison.Ordinal);
        Assert.Equal(0, Workspace.Run("convert", _work["lora"], "--merge-lora", "--out", _work["merged"]).ExitCode);
        ToolResult same = Workspace.Run("convert", _work["base"], "--adapter", _work["lora"], "--merge-lora", "--out", _work["same"]);
        Assert.Equal(0, same.ExitCode);
        Assert.Equal(File.ReadAllBytes(_work["merged/model.safetensors"]), File.ReadAllBytes(_work["same/model.safetensors"]));
        double loss = Loss("lora");
        Assert.True(loss < Loss("base"));
        Assert.Equal(loss, Loss("merged"), 1e-4);
        Assert.Equal(Score("lora"), Score("merged"), 1e-3);
        Assert.Equal(Score("lora"), Score("base", "--adapter", _work["lora"]), 1e-6);
        Directory.Delete(_work["base"], recursive: true);
        Assert.Equal(text, Generate("merged"));
    }

    [Fact]
    public void ARunGoesOnBitForBit()
    {
        Assert.Equal(0, Train("whole").ExitCode);
        Assert.Equal(0, Train("parts", "--steps", "10").ExitCode);
        Assert.Equal(0, Train("parts", "--resume").ExitCode);
        foreach (string file in (string[])["adapter_model.safetensors", "adapter_config.json", "optimizer.safetensors"])
        {
            Assert.Equal(File.ReadAllBytes(_work[$"whole/last/{file}"]), File.ReadAllBytes(_work[$"parts/last/{file}"]));
        }
    }

    [Fact]
    public void WhatDoesNotBelongTogetherIsOneSentence()
    {
        Assert.Equal(0, Train("lora", "--steps", "2").ExitCode);
        string lora = _work["lora"], home = _work["base"];
        Directory.Move(home, _work["moved"]);
        foreach (string[] command in (string[][])[
            ["generate", lora, "--prompt", "the ", "--tokens", "3"], ["eval", lora], ["score", lora, "--text", "the "],
            ["convert", lora, "--merge-lora", "--out", _work["x"]]])
        {
            Workspace.Run(command).AssertFails(1, home, "is not there; say where it is (--base");
            Assert.Equal(0, Workspace.Run([.. command, "--base", _work["moved"]]).ExitCode);
        }

        Workspace.Run("eval", _work["x"], "--base", home).AssertFails(1, "is a whole model");
        Workspace.Run("generate", lora, "--base", _work["x"], "--prompt", "a", "--tokens", "1").AssertFails(1, "belongs to another model");
        Workspace.Run("eval", _work["moved"], "--adapter", _work["x"]).AssertFails(1, "is no adapter");
        Workspace.Run("eval", _work["moved"], "--adapter", _work["y"]).AssertFails(1, _work["y"]);
        Workspace.Run("convert", _work["moved"], "--merge-lora", "--out", _work["z"]).AssertFails(1, "no adapters to merge");
        Workspace.Run("convert", lora, "--base", _work["moved"], "--to", "gpt2", "--out", _work["z"])
            .AssertFails(1, "must be merged into the weights first");
        Workspace.Run("info", "stories", "--adapter", lora).AssertFails(2, "--adapter", "is a recipe");
        Assert.False(Path.Exists(_work["z"]));

        _work.Write("recipe.json", File.ReadAllText(_work["recipe.json"]).Replace("fc2", "up", StringComparison.Ordinal));
        _work.Train("z", "--init", _work["moved"]).AssertFails(1, "model.lora.targets has 'up'", "fc1, fc2");
        _work.Write("recipe.json", File.ReadAllText(_work["recipe.json"]).Replace("\"rank\": 2", "\"rank\": 0", StringComparison.Ordinal));
        _work.Train("z", "--init", _work["moved"]).AssertFails(1, "recipe.json", "lora.rank is 0");
        Assert.False(Path.Exists(_work["z"]));
    }

    [Fact]
    public void StepsOfARecipeWithAdaptersAreMeasured()
    {
        ToolResult result = Workspace.Run("bench", "train", "--recipe", _work["recipe.json"], "--steps", "1", "--vocab", "20", "--json");
        Assert.True(result.Json.GetProperty("ms").GetDouble() > 0);
    }

    private ToolResult Train(string output, params string[] more) => _work.Train(output, ["--init", _work["base"], .. more]);

    private string Generate(string model, params string[] more) => Workspace.Run(
        ["generate", _work[model], "--prompt", "the cat ", "--tokens", "40", "--seed", "7", "--json", .. more]).Json
        .GetProperty("text").GetString()!;

    private double Loss(string model, params string[] more) =>
        Workspace.Run(["eval", _work[model], "--json", .. more]).Json.GetProperty("loss").GetDouble();

    private double Score(string model, params string[] more) =>
        JsonDocument.Parse(Workspace.Run(["score", _work[model], "--text", "the cat", "--json", .. more]).Output).RootElement
            .GetProperty("sum").GetDouble();
}
