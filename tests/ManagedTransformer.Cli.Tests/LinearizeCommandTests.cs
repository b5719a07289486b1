using System.Text.Json;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>The tool makes a recurrent network of a small Llama, and writes several texts.</summary>
public sealed class LinearizeCommandTests : IDisposable
{
    private const string Llama = """
        "dim": 16, "layers": 2, "heads": 2, "tie": true, "max_positions": 16, "attention": "rotary", "positions": "none",
        "rotary": { "key_heads": 1 }, "gated_ffn": true, "activation": "silu", "norm": "rms", "bias": false
        """;

    private readonly Workspace _work = new();

    public LinearizeCommandTests()
    {
        _work.Write("recipe.json", Workspace.TinyRecipe.Replace(
            "\"dim\": 16, \"layers\": 1, \"heads\": 2, \"positions\": \"learned\", \"max_positions\": 16, \"dropout\": 0.1", Llama,
            StringComparison.Ordinal));
        Assert.Equal(0, _work.Train("model").ExitCode);
    }

    public void Dispose() => _work.Dispose();

    [Fact]
    public void LinearizesAndTellsWhatBecameOfIt()
    {
        string[] command =
        [
            "linearize", _work["model"], "--data", _work["text.txt"], "--out", _work["rnn"], "--window", "standard", "--window-size", "4",
            "--transfer-steps", "4", "--lora-steps", "3", "--batch", "2",
        ];
        ToolResult run = Workspace.Run([.. command, "--json"]);
        Assert.Equal(0, run.ExitCode);
        JsonElement json = run.Json;
        foreach (string stage in (string[])["original", "transfer", "lora"])
        {
            Assert.InRange(json.GetProperty("perplexity").GetProperty(stage).GetDouble(), 1, 1000);
        }

        Assert.Equal(2, json.GetProperty("layers").GetArrayLength());
        JsonElement softmax = json.GetProperty("original"), linear = json.GetProperty("linearized");
        Assert.Equal([1024, 8192, 65536], linear.EnumerateArray().Select(measured => measured.GetProperty("length").GetInt32()));
        Assert.Single(linear.EnumerateArray().Select(measured => measured.GetProperty("state_bytes").GetInt64()).Distinct());
        Assert.Equal(3, softmax.EnumerateArray().Select(measured => measured.GetProperty("state_bytes").GetInt64()).Distinct().Count());

        // The folder is a model, and knows how well its layers copy.
        Assert.Equal(0, Workspace.Run("generate", _work["rnn"], "--prompt", "the ", "--tokens", "5").ExitCode);
        Assert.Contains("Attention transfer", Workspace.Run("info", _work["rnn"]).Output, StringComparison.Ordinal);
        Workspace.Run(command).AssertFails(1, _work["rnn"]);
        ToolResult again = Workspace.Run([.. command, "--resume"]);
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("after LoRA", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void BothStagesKeepAPrecision()
    {
        string[] command =
        [
            "linearize", _work["model"], "--data", _work["text.txt"], "--out", _work["rnn"], "--window", "standard", "--window-size", "4",
            "--transfer-steps", "2", "--lora-steps", "2", "--batch", "2",
        ];
        Assert.Equal(0, Workspace.Run([.. command, "--precision", "bfloat16"]).ExitCode);
        foreach (string stage in (string[])["transfer", "lora"])
        {
            Assert.Contains(
                "\"precision\": \"bfloat16\"", File.ReadAllText(_work[$"rnn/{stage}/recipe.json"]), StringComparison.Ordinal);
        }

        ToolResult other = Workspace.Run([.. command, "--resume", "--precision", "tf32"]);
        Assert.Equal(CommandLine.Failed, other.ExitCode);
        Assert.Contains("training.precision was \"bfloat16\" and is \"tf32\"", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void ConvertsAndRefusesWhatDoesNotFit()
    {
        ToolResult converted = Workspace.Run(
            "convert", _work["model"], "--to", "lolcats", "--map", "t2r", "--window", "none", "--out", _work["c"]);
        Assert.Equal(0, converted.ExitCode);
        Assert.Contains("linearize-transfer", converted.Output, StringComparison.Ordinal);
        Assert.Equal(0, Workspace.Run("convert", _work["model"], "--to", "t2r", "--out", _work["t2r"]).ExitCode);
        string[] bad = ["convert", _work["model"], "--out", _work["x"], "--to"];
        Workspace.Run([.. bad, "lolcats", "--map", "relu"]).AssertFails(2, "--map knows hedgehog, t2r, not 'relu'");
        Workspace.Run([.. bad, "lolcats", "--window", "none", "--window-size", "3"]).AssertFails(2, "--window-size");
        Workspace.Run([.. bad, "lolcats", "--seed", "3"]).AssertFails(2, "--seed");
        Workspace.Run([.. bad, "t2r", "--window", "none"]).AssertFails(2, "--window");
        Workspace.Run([.. bad, "elu"]).AssertFails(1, "learnt one alone");
        Workspace.Run([.. bad, "lolcats", "--feature-size", "2000000000"]).AssertFails(1, "feature_size");
        Workspace.Run("convert", _work["c"], "--to", "llama", "--out", _work["x"]).AssertFails(1, "attention");
        Assert.False(Directory.Exists(_work["x"]));
    }

    [Fact]
    public void WritesSeveralTextsThatEndAtAToken()
    {
        string[] command = ["generate", _work["model"], "--prompt", "the ", "--tokens", "6", "--seed", "4"];
        string[] alone = [.. Enumerable.Range(4, 3).Select(seed => Workspace.Run([.. command[..^1], $"{seed}"]).Output[..^1])];
        Assert.Equal($"{string.Join("<s>", alone)}\n", Workspace.Run([.. command, "--samples", "3", "--separator", "<s>"]).Output);
        JsonElement[] lines =
        [
            .. Workspace.Run([.. command, "--samples", "3", "--json"]).Output.Trim().Split('\n')
                .Select(line => JsonDocument.Parse(line).RootElement),
        ];
        Assert.Equal(alone, lines.Select(line => "the " + line.GetProperty("text").GetString()));
        Assert.Equal([4, 5, 6], lines.Select(line => line.GetProperty("seed").GetInt32()));

        // Every character is a token here.
        string first = lines[0].GetProperty("text").GetString()!;
        char stop = first[^1];
        JsonElement stopped = Workspace.Run([.. command, "--stop-token", $"{stop}", "--json"]).Json;
        Assert.Equal(first[..first.IndexOf(stop, StringComparison.Ordinal)], stopped.GetProperty("text").GetString());
        Assert.Equal("stop_token", stopped.GetProperty("finish").GetString());
        Workspace.Run([.. command, "--stop-token", "th"]).AssertFails(2, "--stop-token 'th'");
        Workspace.Run([.. command, "--separator", "x"]).AssertFails(2, "--separator");
        Workspace.Run("generate", _work["model"], "--tokens", "3").AssertFails(2, "--prompt");
    }
}
