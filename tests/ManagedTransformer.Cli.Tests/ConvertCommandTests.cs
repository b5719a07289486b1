using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>GPT-2 folders in and out of the tool.</summary>
public sealed class ConvertCommandTests : IDisposable
{
    private readonly Workspace _work = new();

    public ConvertCommandTests() => _work.Write("recipe.json", Workspace.TinyRecipe
        .Replace("\"layers\": 1", "\"layers\": 1, \"activation\": \"gelu_tanh\"", StringComparison.Ordinal)
        .Replace("\"data\":", "\"tokenizer\": { \"type\": \"bpe\", \"vocab\": 270 }, \"data\":", StringComparison.Ordinal));

    public void Dispose() => _work.Dispose();

    [Fact]
    public void ConvertsThereAndBack()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        JsonElement converted = Workspace.Run("convert", _work["out"], "--to", "gpt2", "--out", _work["gpt2"], "--json").Json;
        Assert.Equal("gpt2", converted.GetProperty("to").GetString());
        Assert.Equal("gpt2", JsonNode.Parse(File.ReadAllText(_work["gpt2/config.json"]))!["model_type"]!.GetValue<string>());

        JsonElement info = Workspace.Run("info", _work["gpt2"], "--json").Json;
        Assert.Equal("transformer_lm", info.GetProperty("architecture").GetString());
        Assert.Equal(converted.GetProperty("parameters").GetInt64(), info.GetProperty("parameters").GetInt64());
        Assert.Contains("transformer.h.0.attn.c_attn.weight", Workspace.Run("info", _work["gpt2"]).Output, StringComparison.Ordinal);

        Assert.Equal(Generate("out"), Generate("gpt2"));
        Assert.Equal(Evaluate("out"), Evaluate("gpt2"));
        Workspace.Run("eval", _work["gpt2"]).AssertFails(1, "trained on");

        ToolResult back = Workspace.Run("convert", _work["gpt2"], "--out", _work["back"]);
        Assert.Equal(0, back.ExitCode);
        Assert.Contains(_work["back"], back.Output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(_work["out/best/model.safetensors"]), File.ReadAllBytes(_work["back/model.safetensors"]));
        Assert.Equal(File.ReadAllBytes(_work["out/best/tokenizer.json"]), File.ReadAllBytes(_work["back/tokenizer.json"]));
        Assert.Equal(Generate("out"), Generate("back"));
    }

    [Fact]
    public void TrainsFromAFolder()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        Assert.Equal(0, Workspace.Run("convert", _work["out"], "--to", "gpt2", "--out", _work["gpt2"]).ExitCode);

        // A recipe with a model and a tokenizer of its own, which give way.
        _work.Write("recipe.json", Workspace.TinyRecipe);
        ToolResult told = _work.Train("told", "--init", _work["gpt2"], "--steps", "3");
        Assert.Contains($"starting from {_work["gpt2"]}", told.Output, StringComparison.Ordinal);
        JsonElement trained = _work.Train("tuned", "--init", _work["gpt2"], "--steps", "3", "--json").Json;
        Assert.Equal(3, trained.GetProperty("step").GetInt64());
        Assert.Equal(Parameters("gpt2"), Parameters("tuned"));
        Assert.True(trained.GetProperty("loss").GetDouble() < Evaluate("out") + 0.5);
        Assert.Equal(6, _work.Train("tuned", "--init", _work["gpt2"], "--steps", "6", "--resume", "--json").Json.GetProperty("step")
            .GetInt64());

        _work.Train("none", "--init", _work["nowhere"]).AssertFails(1, "nowhere");
        Assert.False(Directory.Exists(_work["none"]));
    }

    [Fact]
    public void TurnsATransformerIntoARecurrentNetwork()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        JsonElement converted =
            Workspace.Run("convert", _work["out"], "--to", "t2r", "--feature-size", "4", "--out", _work["rnn"], "--json").Json;
        Assert.Equal(["layers.0.attn.feature.weight", "layers.0.attn.feature.bias"],
            converted.GetProperty("new").EnumerateArray().Select(name => name.GetString()!));
        Assert.Equal(Parameters("rnn"), converted.GetProperty("parameters").GetInt64());
        Assert.True(Parameters("rnn") > Parameters("out"));
        Assert.Contains("feature_size", Workspace.Run("info", _work["rnn"]).Output, StringComparison.Ordinal);
        ToolResult elu = Workspace.Run("convert", _work["out"], "--to", "elu", "--out", _work["elu"]);
        Assert.Contains("mt train RECIPE --init", elu.Output, StringComparison.Ordinal);
        Assert.Equal(Parameters("out"), Parameters("elu"));

        JsonElement tuned = _work.Train("tuned", "--init", _work["rnn"], "--steps", "20", "--json").Json;
        Assert.True(tuned.GetProperty("loss").GetDouble() < Evaluate("rnn"));
        Assert.NotEmpty(Generate("tuned"));
        Workspace.Run("convert", _work["tuned"], "--to", "gpt2", "--out", _work["gpt2"]).AssertFails(1, "recurrent");
        Workspace.Run("convert", _work["tuned"], "--to", "t2r", "--out", _work["again"]).AssertFails(1, "Only softmax");
        Workspace.Run("convert", _work["out"], "--to", "elu", "--feature-size", "4", "--out", _work["again"])
            .AssertFails(2, "--feature-size");
        Workspace.Run("convert", _work["out"], "--to", "t2r", "--keep-softmax", "every:1", "--out", _work["again"])
            .AssertFails(1, "keep softmax attention");
        Workspace.Run("convert", _work["out"], "--to", "t2r", "--keep-softmax", "often", "--out", _work["again"])
            .AssertFails(2, "--keep-softmax");
        Assert.False(Path.Exists(_work["again"]));
    }

    [Fact]
    public void RefusesWhatItCannotDo()
    {
        _work.Write("recipe.json", Workspace.TinyRecipe);
        Assert.Equal(0, _work.Train("out").ExitCode);
        Workspace.Run("convert", _work["out"], "--to", "gpt2", "--out", _work["gpt2"]).AssertFails(1, "tokenizer", "bpe");
        Workspace.Run("convert", _work["nowhere"], "--out", _work["gpt2"]).AssertFails(1, "nowhere");
        Assert.False(Path.Exists(_work["gpt2"]));
        Workspace.Run("convert", _work["out"], "--out", _work["out/best"]).AssertFails(1, "out/best", "not an empty folder");
        Workspace.Run("convert", _work["out"], "--out", _work["text.txt"]).AssertFails(1, "text.txt");
        Workspace.Run("convert", _work["out"], "--out", _work["text.txt/deeper"]).AssertFails(1, "text.txt/deeper");
    }

    [Fact]
    public void RefusesOtherModelsOfHuggingFace()
    {
        _work.Write("bloom/config.json", """{ "model_type": "bloom" }""");
        foreach (string command in (string[])["eval", "info", "convert"])
        {
            string[] more = command == "convert" ? ["--out", _work["out"]] : [];
            Workspace.Run([command, _work["bloom"], .. more]).AssertFails(1, "'bloom'", "gpt2");
        }
    }

    private string Generate(string model) =>
        Workspace.Run("generate", _work[model], "--prompt", "the cat", "--tokens", "8", "--json").Json.GetProperty("text").GetString()!;

    private double Evaluate(string model) =>
        Workspace.Run("eval", _work[model], "--data", _work["text.txt"], "--split", "validation", "--json").Json.GetProperty("loss")
            .GetDouble();

    private long Parameters(string model) => Workspace.Run("info", _work[model], "--json").Json.GetProperty("parameters").GetInt64();
}
