using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>
/// Bad data, recipes, checkpoints and folders: exit code 1, one sentence that names the culprit, and nothing half-written.
/// </summary>
public sealed class BadInputTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void MissingData() => Train("nowhere.txt").AssertFails(1, "nowhere.txt", "does not exist");

    [Fact]
    public void MissingBuiltInData() =>
        Workspace.Run("train", _work["recipe.json"], "--data", "builtin:novels", "--out", _work["out"])
            .AssertFails(1, "builtin:novels", "builtin:stories");

    [Fact]
    public void NoData() => Workspace.Run("train", _work["recipe.json"], "--out", _work["out"]).AssertFails(1, "--data");

    [Fact]
    public void EmptyData()
    {
        _work.Write("empty.txt", "");
        Train("empty.txt").AssertFails(1, "empty.txt", "empty");
    }

    [Fact]
    public void FolderWithoutTrainingText()
    {
        _work.Write("folder/other.bin", "x");
        Train("folder").AssertFails(1, "folder", "train.txt");
    }

    [Fact]
    public void BrokenGzip()
    {
        _work.Write("text.gz", "this is no gzip");
        Train("text.gz").AssertFails(1, "text.gz", "gzip");
    }

    [Theory]
    [InlineData("a")]
    [InlineData("too short.")]
    public void DataShorterThanABlock(string text)
    {
        _work.Write("short.txt", text);
        Train("short.txt").AssertFails(1, "short.txt");
        Assert.False(Directory.Exists(_work["out"]));
    }

    [Fact]
    public void InvalidUtf8()
    {
        File.WriteAllBytes(_work["bytes.txt"],
            [.. Encoding.UTF8.GetBytes(new string('a', 500)), 0xFF, 0xFE, .. Encoding.UTF8.GetBytes(new string('b', 500))]);
        Train("bytes.txt").AssertFails(1, "bytes.txt", "UTF-8");
    }

    [Theory]
    [InlineData("\"layers\": 1", "\"layers\": 1, \"depth\": 2", "depth")]
    [InlineData("\"layers\": 1", "\"layers\": \"one\"", "layers")]
    [InlineData("\"layers\": 1", "\"layers\": 0", "layers")]
    [InlineData("\"layers\": 1, ", "", "layers")]
    [InlineData("\"dim\": 16", "\"dim\": -16", "dim")]
    [InlineData("\"heads\": 2", "\"heads\": 3", "heads")]
    [InlineData("\"layers\": 1", "\"layers\": 2147483647", "model.layers is 2147483647", "at most 1000")]
    [InlineData("\"dim\": 16", "\"dim\": 600000000", "model.dim is 600000000", "at most")]
    [InlineData("\"max_positions\": 16", "\"max_positions\": 2147483647", "model.max_positions", "at most")]
    [InlineData("\"dropout\": 0.1", "\"dropout\": 0.1, \"norm_epsilon\": 1e39", "'model.norm_epsilon'", "1e39", "line ")]
    [InlineData("\"optimizer\": { \"type\": \"adamw\" }", "\"optimizer\": null", "optimizer", "must not be null")]
    [InlineData("\"batch\": 2", "\"batch\": 0", "batch")]
    [InlineData("\"context\": 16", "\"context\": 17", "context")]
    [InlineData("\"steps\": 20", "\"steps\": 2.5", "steps")]
    [InlineData("\"validation_fraction\": 0.1", "\"validation_fraction\": 1.5", "validation_fraction")]
    [InlineData("\"type\": \"adamw\"", "\"type\": \"lion\"", "type")]
    [InlineData("\"architecture\": \"transformer_lm\"", "\"architecture\": \"perceptron\"", "perceptron")]
    [InlineData("\"architecture\": \"transformer_lm\",", "\"architecture\": ", "recipe.json")]
    public void BadRecipe(string part, string replacement, params string[] mentions) =>
        AssertRefused(Workspace.TinyRecipe, part, replacement, mentions);

    [Fact]
    public void ARecipeThatIsAList()
    {
        File.WriteAllText(_work["recipe.json"], "[]");
        ToolResult refused = _work.Train("out");
        refused.AssertFails(CommandLine.Failed, "recipe.json: it must be a JSON object");
        Assert.DoesNotContain("ManagedTransformer.", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"limit\": 24", "\"limit\": 0", "span.limit", "positive")]
    [InlineData("\"ramp\": 4", "\"ramp\": 0", "span.ramp", "positive")]
    [InlineData("\"initial\": 0.25", "\"initial\": 1.5", "span.initial", "0 to 1")]
    [InlineData("\"penalty\": 1e-4", "\"penalty\": -1", "span.penalty", "negative")]
    [InlineData("\"span\": { \"limit\": 24, \"ramp\": 4, \"initial\": 0.25, \"penalty\": 1e-4 },", "", "model.span", "limit")]
    [InlineData("\"attention\": \"adaptive_span\"", "\"attention\": \"wide\"",
        "'model.attention' is 'wide', the known ones are softmax, rotary, linear, fixed_span, adaptive_span, dynamic_span", "line ")]
    [InlineData("\"positions\": \"relative\"", "\"positions\": \"learned\"", "model.positions", "relative")]
    [InlineData("\"persistent\": 4", "\"persistent\": 0", "model.persistent", "model.ffn")]
    [InlineData("\"persistent\": 4", "\"persistent\": -1", "model.persistent", "from 0")]
    [InlineData("[10, 20]", "[20, 10]", "[20, 10]", "increase")]
    [InlineData("[10, 20]", "[10, 60]", "cutoffs", "vocabulary of 60")]
    [InlineData("[10, 20]", "[]", "cutoffs", "empty")]
    [InlineData("\"div\": 2", "\"div\": 1", "adaptive.div", "at least 2")]
    [InlineData("\"div\": 2", "\"div\": 5", "adaptive.div", "5^2")]
    [InlineData("\"sampling\": \"stream\"", "\"sampling\": \"random\"", "sampling", "stream")]
    public void BadSpanRecipe(string part, string replacement, params string[] mentions) =>
        AssertRefused(Workspace.SpanRecipe, part, replacement, mentions);

    // Known when the tokenizer has been made from the text.
    [Theory]
    [InlineData("[10, 20]", "[10, 6000]", "recipe.json", "cutoffs", "6000")]
    [InlineData("[10, 20]", "[10, 2147483647]", "recipe.json", "cutoffs", "2147483647")]
    public void CutoffsBeyondTheTokenizersVocabulary(string part, string replacement, params string[] mentions) =>
        AssertRefused(Workspace.SpanRecipe.Replace("\"vocab\": 60, ", "", StringComparison.Ordinal), part, replacement, mentions);

    [Theory]
    [InlineData("\"top_k\": 4", "\"top_k\": 9", "top_k", "8")]
    [InlineData("\"top_k\": 4", "\"top_k\": 0", "top_k")]
    [InlineData("\"key_dim\": 8", "\"key_dim\": 7", "key_dim", "even")]
    [InlineData("\"n_keys\": 8", "\"n_keys\": 0", "n_keys")]
    [InlineData("\"heads\": 1", "\"heads\": 0", "model.memory", "heads")]
    [InlineData("[\"0\"]", "[\"1\"]", "memory_positions", "'1'")]
    [InlineData("[\"0\"]", "[\"00\"]", "memory_positions", "'00'")]
    [InlineData("[\"0\"]", "[null]", "memory_positions")]
    [InlineData("[\"0\"]", "[\"0\", \"0\"]", "memory_positions", "twice")]
    [InlineData("\"memory_positions\": [\"0\"], ", "", "memory_positions", "together")]
    public void BadMemoryRecipe(string part, string replacement, params string[] mentions) => AssertRefused(
        Workspace.TinyRecipe.Replace(
            "\"dropout\": 0.1",
            "\"memory_positions\": [\"0\"], \"memory\": { \"n_keys\": 8, \"heads\": 1, \"key_dim\": 8, \"top_k\": 4 }",
            StringComparison.Ordinal),
        part, replacement, mentions);

    [Theory]
    [InlineData("\"min_depth\": 2", "\"min_depth\": 1", "delight.min_depth is 1", "2 grouped layers")]
    [InlineData("\"max_depth\": 4", "\"max_depth\": 1", "delight.max_depth (1)", "min_depth (2)")]
    [InlineData("\"width_mult\": 2", "\"width_mult\": 0", "delight.width_mult is 0", "above 0")]
    [InlineData("\"width_mult\": 2", "\"width_mult\": -1.5", "delight.width_mult is -1.5", "above 0")]
    [InlineData("\"width_mult\": 2", "\"width_mult\": 1e9", "block 0", "cannot be built")]
    [InlineData("\"max_groups\": 4", "\"max_groups\": 3", "block 1", "3 groups", "(8)")]
    [InlineData("\"max_groups\": 4", "\"max_groups\": -1", "max_groups", "negative")]
    [InlineData("\"emb_depth\": 2", "\"emb_depth\": 0", "delight.emb_depth is 0", "2 grouped layers")]
    [InlineData("\"map_dim\": 8", "\"map_dim\": 0", "delight.map_dim is 0", "positive")]
    [InlineData("\"dim\": 16", "\"dim\": 15", "model.dim is 15", "even")]
    [InlineData("\"heads\": 1", "\"heads\": 16", "model.heads (16)", "half of model.dim (16)")]
    [InlineData("\"mode\": \"dextra\"", "\"mode\": \"deep\"", "'model.delight.mode' is 'deep', the known ones are dextra, define", "line ")]
    [InlineData("\"shared_dropout\": 0.1", "\"shared_dropout\": 1", "model.delight.shared_dropout is 1", "below 1")]
    public void BadDelightRecipe(string part, string replacement, params string[] mentions) => AssertRefused(
        Workspace.TinyRecipe.Replace(
            "\"heads\": 2",
            """
            "heads": 1, "delight": { "min_depth": 2, "max_depth": 4, "width_mult": 2, "max_groups": 4, "map_dim": 8, "emb_depth": 2,
            "mode": "dextra", "shared_dropout": 0.1 }
            """,
            StringComparison.Ordinal).Replace("\"layers\": 1", "\"layers\": 2", StringComparison.Ordinal),
        part, replacement, mentions);

    [Theory]
    [InlineData("\"pre_norm\": true", "\"exits\": { }", "model.delight", "model.exits")]
    [InlineData("\"decoder_layers\": 2", "\"decoder_layers\": 1", "two equal stacks")]
    [InlineData("\"pre_norm\": true", "\"decoder_dim\": 32", "two equal stacks")]
    [InlineData("\"dim\": 16", "\"dim\": 18", "groups", "(9)")]
    [InlineData("\"type\": \"linear\", \"warmup\": 5", "\"type\": \"linear\", \"warmup\": 1", "warmup (1)", "at least 2")]
    [InlineData("\"joint\": false", "\"joint\": true", "tokenizer.src_vocab", "joint")]
    public void BadDelightTranslationRecipe(string part, string replacement, params string[] mentions) => AssertRefused(
        """
        {
          "architecture": "transformer_seq2seq",
          "model": {
            "dim": 16, "heads": 1, "ffn": 4, "encoder_layers": 2, "decoder_layers": 2, "pre_norm": true,
            "delight": { "min_depth": 2, "max_depth": 3, "map_dim": 8, "max_groups": 2 }
          },
          "tokenizer": { "type": "bpe", "joint": false, "src_vocab": 300, "vocab": 280 },
          "training": { "schedule": { "type": "linear", "warmup": 5 } }
        }
        """,
        part, replacement, mentions);

    [Fact]
    public void MissingRecipe()
    {
        Workspace.Run("train", "no-such-recipe").AssertFails(1, "no-such-recipe", "mt recipes");
        Workspace.Run("train", "no/such/recipe.json").AssertFails(1, "no/such/recipe.json");
    }

    [Fact]
    public void RecipeIsAFolder()
    {
        Directory.CreateDirectory(_work["folder.json"]);
        Workspace.Run("train", _work["folder.json"]).AssertFails(1, "folder.json");
    }

    [Fact]
    public void ModelWithoutKnownVocabulary() => Workspace.Run("info", _work["recipe.json"]).AssertFails(1, "model.vocab", "data.source");

    [Fact]
    public void UnwritableOutput()
    {
        Workspace.Run("train", _work["recipe.json"], "--data", _work["text.txt"], "--out", _work["text.txt/out"])
            .AssertFails(1, "text.txt/out");
        Workspace.Run("train", _work["recipe.json"], "--data", _work["text.txt"], "--out", _work["text.txt"]).AssertFails(1, "text.txt");
    }

    [Fact]
    public void NoModel()
    {
        foreach (string command in (string[])["eval", "generate", "info"])
        {
            string[] more = command == "generate" ? ["--prompt", "a", "--tokens", "1"] : [];
            Workspace.Run([command, _work["nowhere/at/all"], .. more]).AssertFails(1, "nowhere/at/all");
        }
    }

    [Fact]
    public void ModelInputsThatDoNotFit()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        Workspace.Run("generate", _work["out"], "--prompt", "é", "--tokens", "1").AssertFails(1, "'é'", "vocabulary");
        Workspace.Run("generate", _work["out"], "--prompt", "", "--tokens", "1").AssertFails(2, "--prompt");
        Workspace.Run("eval", _work["out"], "--data", _work.Write("greek.txt", "the αβγ cat")).AssertFails(1, "greek.txt", "α");
        Workspace.Run("eval", _work["out"], "--data", _work.Write("single.txt", "t")).AssertFails(1, "single.txt");
        Workspace.Run("eval", _work["out"], "--split", "test").AssertFails(1, "text.txt", "test");
        Workspace.Run("eval", _work["out"], "--context-window", "16").AssertFails(1, "context window", "16");
        File.Delete(_work["text.txt"]);
        Workspace.Run("eval", _work["out"]).AssertFails(1, "text.txt");
    }

    [Fact]
    public void ResumingSomethingElse()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        _work.Train("out", "--resume", "--seed", "2").AssertFails(1, "seed");
        _work.Write("recipe.json", Workspace.TinyRecipe.Replace("\"batch\": 2", "\"batch\": 3", StringComparison.Ordinal));
        _work.Train("out", "--resume").AssertFails(1, "recipe");
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    public void DamagedCheckpoint(string file)
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        string path = Path.Combine(Path.GetDirectoryName(Directory.GetFiles(_work["out/best"], file)[0])!, file);
        byte[] content = File.ReadAllBytes(path);
        content[^3] ^= 0x40;
        File.WriteAllBytes(path, content);
        Workspace.Run("eval", _work["out"]).AssertFails(1, file, "checksum");
        File.WriteAllBytes(path, content[..^5]);
        Workspace.Run("generate", _work["out"], "--prompt", "the", "--tokens", "1").AssertFails(1, file, "bytes");
        File.Delete(path);
        Workspace.Run("info", _work["out"]).AssertFails(1, file, "missing");
    }

    [Fact]
    public void WeightsOfAnotherShape()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        string path = _work["out/best/config.json"], manifest = _work["out/best/manifest.json"];
        byte[] before = File.ReadAllBytes(path);
        byte[] after = Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(before).Replace("\"max_positions\": 16", "\"max_positions\": 17", StringComparison.Ordinal));
        File.WriteAllBytes(path, after);
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace(Sha256(before), Sha256(after), StringComparison.Ordinal));
        Workspace.Run("eval", _work["out"]).AssertFails(1, "model.safetensors", "[16, 16]", "[17, 16]");
        File.Delete(manifest);
        Workspace.Run("eval", _work["out"]).AssertFails(1, "manifest.json");

        static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
    }

    [Theory]
    [InlineData("", "bytes")]
    [InlineData("abc", "bytes")]
    [InlineData("\u0010\0\0\0\0\0\0\0{}", "truncated")]
    [InlineData("\u0001\0\0\0\0\0\0\u0001{}", "header")]
    [InlineData("\u0005\0\0\0\0\0\0\0nonsense", "JSON")]
    public void DamagedSafetensors(string content, string mention) =>
        Workspace.Run("info", _work.Write("file.safetensors", content)).AssertFails(1, "file.safetensors", mention);

    [Fact]
    public void TruncatedSafetensors()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        byte[] content = File.ReadAllBytes(_work["out/best/model.safetensors"]);
        File.WriteAllBytes(_work["short.safetensors"], content[..^100]);
        Workspace.Run("info", _work["short.safetensors"]).AssertFails(1, "short.safetensors");
    }

    [Fact]
    public void DeviceThatIsNotThere() =>
        Workspace.Run("train", _work["recipe.json"], "--device", "cuda:99").AssertFails(1, "There is no device \"cuda:99\"");

    [Fact]
    public void DeviceOfNoKind() => Workspace.Run("eval", "out", "--device", "tpu").AssertFails(2, "--device knows", "'tpu'");

    private void AssertRefused(string recipe, string part, string replacement, string[] mentions)
    {
        string changed = recipe.Replace(part, replacement, StringComparison.Ordinal);
        Assert.NotEqual(recipe, changed);
        _work.Write("recipe.json", changed);
        Train("text.txt").AssertFails(1, mentions);
        Assert.False(Directory.Exists(_work["out"]));
    }

    private ToolResult Train(string data) => Workspace.Run("train", _work["recipe.json"], "--data", _work[data], "--out", _work["out"]);
}
