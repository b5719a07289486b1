using System.Text.Json;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>Translation models from the recipe to scores, on a language whose translations are its sentences backwards.</summary>
public sealed class TranslationTests : IDisposable
{
    private const string TinyRecipe = """
        {
          "architecture": "transformer_seq2seq",
          "model": { "dim": 16, "heads": 2, "ffn": 32, "encoder_layers": 1, "decoder_layers": 1, "pre_norm": true, "max_positions": 24,
          "dropout": 0.1 },
          "tokenizer": { "type": "word" },
          "data": { "source": "SOURCE", "target": "TARGET", "validation_source": "VALID" },
          "training": {
            "steps": 30, "max_tokens": 60, "evaluate_every": 10, "log_every": 5, "evaluate_bleu": 4, "keep_checkpoints": 2,
            "sample_sentences": 1,
            "optimizer": { "type": "adam" }, "schedule": { "type": "inverse_sqrt", "lr": 1e-2, "warmup": 10 }
          }
        }
        """;

    private static readonly string[] _words = ["red", "fish", "swims", "past", "the", "old", "boat"];
    private readonly Workspace _work = new();

    public TranslationTests()
    {
        string[] sources = [.. Enumerable.Range(0, 60).Select(Sentence)];
        _work.Write("train.src", string.Join('\n', sources) + "\n\n");
        _work.Write("train.tgt", string.Join('\n', sources.Select(Backwards)) + "\n\n");
        _work.Write("valid.tsv", string.Concat(Enumerable.Range(100, 6).Select(i => $"{Sentence(i)}\t{Backwards(Sentence(i))}\n")));
        _work.Write("recipe.json", Recipe());
    }

    public void Dispose() => _work.Dispose();

    [Fact]
    public void TrainsTranslatesAndEvaluates()
    {
        JsonElement trained = Train("out", "--json").Json;
        Assert.True(trained.GetProperty("complete").GetBoolean());
        Assert.InRange(trained.GetProperty("bleu").GetDouble(), 0, 100);
        Assert.False(trained.TryGetProperty("bits_per_char", out _));

        JsonElement evaluated = Workspace.Run("eval", _work["out/last"], "--json", "--beam", "2").Json;
        Assert.Equal(trained.GetProperty("loss").GetDouble(), evaluated.GetProperty("loss").GetDouble(), 1e-6);
        Assert.Equal(Math.Exp(evaluated.GetProperty("loss").GetDouble()), evaluated.GetProperty("perplexity").GetDouble(), 1e-9);
        Assert.Equal(6, evaluated.GetProperty("sentences").GetInt32());
        Assert.Contains("tok:13a", evaluated.GetProperty("bleu_signature").GetString(), StringComparison.Ordinal);
        Assert.InRange(evaluated.GetProperty("chrf").GetDouble(), 0, 100);
        string flat = _work.Write("flat.txt", "the boat\n");
        Assert.Contains("BLEU = ", Workspace.Run("eval", _work["out"], "--data", $"{flat},{flat}").Output, StringComparison.Ordinal);

        const string input = "red fish swims\n\nthe dragon swims\r\nold boat";
        ToolResult translated = Workspace.RunWithInput(input, "translate", _work["out"]);
        Assert.Equal(0, translated.ExitCode);
        string[] lines = translated.Output.Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.Equal("", lines[1]);
        Assert.Equal(translated.Output, Workspace.Run("translate", _work["out"], _work.Write("input.txt", input), "--batch", "1").Output);
        JsonElement[] json = [.. ToolResult.Lines(Workspace.RunWithInput(input, "translate", _work["out"], "--json").Output)
            .Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(lines[..4], json.Select(line => line.GetProperty("translation").GetString()!));
        Assert.Equal("the dragon swims", json[2].GetProperty("source").GetString());

        JsonElement info = Workspace.Run("info", _work["out"], "--json").Json;
        Assert.Equal("transformer_seq2seq", info.GetProperty("architecture").GetString());
        Assert.Equal(trained.GetProperty("parameters").GetInt64(), info.GetProperty("parameters").GetInt64());
        Assert.Equal(trained.GetProperty("parameters").GetInt64(),
            Workspace.Run("info", _work["recipe.json"], "--json").Json.GetProperty("parameters").GetInt64());
    }

    [Fact]
    public void ResumingContinuesWithTheSameBatchesAndWeights()
    {
        Assert.Equal(0, Train("whole").ExitCode);
        Assert.Equal(0, Train("cut", "--steps", "13").ExitCode);
        Assert.Equal(0, Train("cut", "--resume").ExitCode);
        Assert.Equal(_work.LastCheckpoint("whole").Weights, _work.LastCheckpoint("cut").Weights);
        Assert.Equal(_work.LastCheckpoint("whole").Optimizer, _work.LastCheckpoint("cut").Optimizer);
        Assert.Equal(File.ReadAllBytes(_work["whole/average/model.safetensors"]),
            File.ReadAllBytes(_work["cut/average/model.safetensors"]));
        Assert.Equal(0, Train("threads", "--threads", "3").ExitCode);
        Assert.Equal(_work.LastCheckpoint("whole").Weights, _work.LastCheckpoint("threads").Weights);
    }

    [Fact]
    public void KeptCheckpointsAreAveraged()
    {
        Assert.Equal(0, Train("out").ExitCode);
        string[] recent = [.. Directory.GetDirectories(_work["out/recent"]).Order()];
        Assert.Equal(["step-000000020", "step-000000030"], recent.Select(Path.GetFileName));
        Assert.Equal(2, Workspace.Run(["average", .. recent, "--out", _work["mean"], "--json"]).Json.GetProperty("models").GetInt32());
        Assert.Equal(File.ReadAllBytes(_work["out/average/model.safetensors"]), File.ReadAllBytes(_work["mean/model.safetensors"]));
        Workspace.Run("average", recent[0], recent[1], "--out", _work["mean"]).AssertFails(1, "mean");
    }

    [Fact]
    public void EachLanguageMayHaveItsOwnTokenizer()
    {
        _work.Write("recipe.json", Recipe().Replace("{ \"type\": \"word\" }", "{ \"type\": \"bpe\", \"vocab\": 270, \"joint\": false }",
            StringComparison.Ordinal));
        Assert.Equal(0, Train("out").ExitCode);
        Assert.True(File.Exists(_work["out/best/source_tokenizer.json"]));
        Assert.Equal(0, Workspace.RunWithInput("das Boot", "translate", _work["out"], "--beam", "1").ExitCode);
        Assert.Equal(0, Train("out", "--resume", "--steps", "40").ExitCode);
    }

    [Fact]
    public void LinesThatAreTooLongAreRefusedByNumber()
    {
        Assert.Equal(0, Train("out").ExitCode);
        ToolResult result = Workspace.RunWithInput($"the boat\n{string.Join(' ', Enumerable.Repeat("red", 30))}\n", "translate",
            _work["out"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Single(ToolResult.Lines(result.Output));
        Assert.Contains("Line 2 of standard input: the sentence has 31 tokens", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void PairsThatDoNotFitAreRefused()
    {
        _work.Write("short.txt", "one line\n");
        Train("out", "--data", $"{_work["train.src"]},{_work["short.txt"]}").AssertFails(1, "train.src", "61", "short.txt", "1");
        Train("out", "--data", _work["short.txt"]).AssertFails(1, "short.txt", "1 columns");
        Train("out", "--data", "builtin:novels").AssertFails(1, "builtin:novels", "builtin:translation");
        Train("out", "--valid", _work["nowhere.tsv"]).AssertFails(1, "nowhere.tsv");
        string tooLong = _work.Write("long.txt", string.Join(' ', Enumerable.Repeat("red", 30)) + "\n");
        Train("out", "--valid", $"{tooLong},{tooLong}").AssertFails(1, "Line 1", "long.txt", "24");
        Assert.False(Directory.Exists(_work["out"]));
    }

    [Theory]
    [InlineData("loss", 30)]
    [InlineData("bleu", 10)]
    public void TheBestModelIsThatOfTheLowestLossOrTheHighestBleu(string bestBy, int step)
    {
        // Steps so small that the loss falls a little and no translation changes: the first of equal BLEU scores stays the best.
        _work.Write("recipe.json", Recipe()
            .Replace("\"lr\": 1e-2", "\"lr\": 1e-6", StringComparison.Ordinal)
            .Replace("\"keep_checkpoints\": 2", $"\"keep_checkpoints\": 3, \"best_by\": \"{bestBy}\"", StringComparison.Ordinal));
        Assert.Equal(0, Train("out", "--steps", "20").ExitCode);
        Assert.Equal(0, Train("out", "--steps", "30", "--resume").ExitCode);
        Assert.Equal(File.ReadAllBytes(_work[$"out/recent/step-{step:D9}/model.safetensors"]),
            File.ReadAllBytes(_work["out/best/model.safetensors"]));
    }

    [Theory]
    [InlineData("\"type\": \"word\"", "\"type\": \"word\", \"joint\": false", "\"heads\": 2", "\"heads\": 2, \"tie\": \"all\"",
        "tokenizer.joint")]
    [InlineData("\"heads\": 2", "\"heads\": 3", "", "", "heads")]
    [InlineData("\"max_tokens\": 60", "\"max_tokens\": 0", "", "", "max_tokens")]
    [InlineData("\"max_tokens\": 60", "\"max_tokens\": 2", "", "", "2 tokens")]
    [InlineData("\"keep_checkpoints\": 2", "\"keep_checkpoints\": -2", "", "", "keep_checkpoints")]
    [InlineData("\"evaluate_bleu\": 4", "\"best_by\": \"bleu\"", "", "", "evaluate_bleu")]
    [InlineData("\"evaluate_bleu\": 4", "\"best_by\": \"chrf\"", "", "", "best_by")]
    [InlineData("\"heads\": 2", "\"heads\": 2, \"vocab\": 7", "", "", "model.vocab")]
    [InlineData("\"type\": \"word\"", "\"type\": \"bpe\"", "", "", "tokenizer.vocab")]
    [InlineData("\"target\": ", "\"targets\": ", "", "", "targets")]
    public void BadRecipes(string part, string replacement, string other, string otherReplacement, string mention)
    {
        string recipe = Recipe().Replace(part, replacement, StringComparison.Ordinal);
        _work.Write("recipe.json", other.Length > 0 ? recipe.Replace(other, otherReplacement, StringComparison.Ordinal) : recipe);
        Train("out").AssertFails(1, mention);
    }

    [Fact]
    public void ModelsOfTheOtherKindAreRefused()
    {
        Assert.Equal(0, Train("out").ExitCode);
        Workspace.Run("generate", _work["out"], "--prompt", "a", "--tokens", "1").AssertFails(1, "transformer_seq2seq", "language model");
        _work.Write("text.json", Workspace.TinyRecipe);
        Assert.Equal(0, Workspace.Run("train", _work["text.json"], "--data", _work["text.txt"], "--out", _work["text"]).ExitCode);
        Workspace.RunWithInput("a", "translate", _work["text"]).AssertFails(1, "transformer_lm", "translat");
        Workspace.Run("translate", _work["out"], "--beam", "0").AssertFails(2, "--beam");
        Workspace.Run("translate", _work["out"], _work["nowhere.txt"]).AssertFails(1, "nowhere.txt");
    }

    private ToolResult Train(string output, params string[] more) =>
        Workspace.Run(["train", _work["recipe.json"], "--out", _work[output], .. more]);

    private string Recipe() => TinyRecipe
        .Replace("SOURCE", _work["train.src"], StringComparison.Ordinal).Replace("TARGET", _work["train.tgt"], StringComparison.Ordinal)
        .Replace("VALID", _work["valid.tsv"], StringComparison.Ordinal);

    private static string Sentence(int seed) =>
        string.Join(' ', Enumerable.Range(0, 2 + (seed % 5)).Select(i => _words[((seed * 31) + (i * i * 7) + i) % _words.Length]));

    private static string Backwards(string sentence) => string.Join(' ', sentence.Split(' ').Reverse());
}
