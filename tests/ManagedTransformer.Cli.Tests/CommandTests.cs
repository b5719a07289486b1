using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>The commands on a model that trains within a second.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void TrainsEvaluatesGeneratesAndInspects()
    {
        ToolResult trained = _work.Train("out", "--json");
        JsonElement json = trained.Json;
        Assert.Equal(20, json.GetProperty("step").GetInt64());
        Assert.True(json.GetProperty("complete").GetBoolean());
        Assert.Equal(_work["out"], json.GetProperty("out").GetString());
        Assert.InRange(json.GetProperty("bits_per_char").GetDouble(), 1, 6);
        Assert.Contains("the ", trained.Error, StringComparison.Ordinal);

        JsonElement evaluated = Workspace.Run("eval", _work["out/last"], "--json").Json;
        Assert.Equal(json.GetProperty("loss").GetDouble(), evaluated.GetProperty("loss").GetDouble(), 1e-6);
        Assert.Equal(json.GetProperty("bits_per_char").GetDouble(), evaluated.GetProperty("bits_per_char").GetDouble(), 1e-6);
        Assert.Equal(Math.Exp(evaluated.GetProperty("loss").GetDouble()), evaluated.GetProperty("perplexity").GetDouble(), 1e-9);
        Assert.Equal("validation", evaluated.GetProperty("split").GetString());

        JsonElement generated =
            Workspace.Run("generate", _work["out"], "--prompt", "the cat", "--tokens", "40", "--seed", "7", "--json").Json;
        Assert.Equal(40, generated.GetProperty("text").GetString()!.Length);
        Assert.Equal(40, generated.GetProperty("tokens").GetInt32());
        Assert.Equal(40, Workspace.Run("generate", _work["out"], "--prompt", "the cat", "--tokens", "40", "--weights", "bf16",
            "--json").Json.GetProperty("text").GetString()!.Length);
        ToolResult printed = Workspace.RunWithInput("the cat", "generate", _work["out"], "--prompt", "-", "--tokens", "40", "--seed", "7");
        Assert.Equal("the cat" + generated.GetProperty("text").GetString() + "\n", printed.Output);

        JsonElement info = Workspace.Run("info", _work["out"], "--json").Json;
        Assert.Equal("transformer_lm", info.GetProperty("architecture").GetString());
        Assert.Equal(json.GetProperty("parameters").GetInt64(), info.GetProperty("parameters").GetInt64());
        Assert.Equal(20, info.GetProperty("step").GetInt64());
        JsonElement file = Workspace.Run("info", _work["out/best/model.safetensors"], "--json").Json;
        Assert.Equal("safetensors", file.GetProperty("architecture").GetString());
        Assert.Equal(info.GetProperty("parameters").GetInt64(), file.GetProperty("parameters").GetInt64());
    }

    [Fact]
    public void ChoosesThePartOfATextToScore()
    {
        _work.Train("out");
        Assert.Equal("all", Split(_work.Write("other.txt", "the cat sat on the mat")));
        Assert.Equal("validation", Split(_work["text.txt"]));
        Assert.Equal("all", Split(_work["text.txt"], "--split", "all"));
        _work.Write("folder/train.txt", "the cat sat on the mat");
        Assert.Equal("train", Split(_work["folder"]));
        _work.Write("folder/test.txt", "the cat sat on the mat");
        Assert.Equal("test", Split(_work["folder"]));
        _work.Write("folder/valid.txt", "the cat sat on the mat");
        Assert.Equal("validation", Split(_work["folder"]));

        string Split(string data, params string[] more) =>
            Workspace.Run(["eval", _work["out"], "--data", data, "--json", .. more]).Json.GetProperty("split").GetString()!;
    }

    [Fact]
    public void TellsAPersonHowTrainingGoes()
    {
        ToolResult result = _work.Train("out");
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Error);
        foreach (string part
            in (string[])["parameters", "loss", "bits/char", "tokens/s", "ETA", "validation", "Done after 20 steps", _work["out"]])
        {
            Assert.Contains(part, result.Output, StringComparison.Ordinal);
        }

        Assert.Contains("was moved to", _work.Train("out").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ResumingAFinishedRunTellsItsResult()
    {
        double loss = _work.Train("out", "--json").Json.GetProperty("loss").GetDouble();
        Assert.Equal(loss, _work.Train("out", "--json", "--resume").Json.GetProperty("loss").GetDouble(), 1e-9);
    }

    [Fact]
    public void WeightsDoNotDependOnThreads()
    {
        foreach (string threads in (string[])["1", "2", "3"])
        {
            Assert.Equal(0, _work.Train(threads, "--steps", "50", "--threads", threads).ExitCode);
        }

        Assert.Equal(_work.LastCheckpoint("1").Weights, _work.LastCheckpoint("2").Weights);
        Assert.Equal(_work.LastCheckpoint("1").Weights, _work.LastCheckpoint("3").Weights);
    }

    [Fact]
    public void InfoKnowsRecipesByName()
    {
        JsonElement info = Workspace.Run("info", "stories", "--json").Json;
        Assert.Equal(816768, info.GetProperty("parameters").GetInt64());
        Assert.Contains("model.dim", Workspace.Run("info", "stories").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("adaptive-span-enwik8-small-gpu", 6_480_621)]
    [InlineData("adaptive-span-enwik8", 38_538_541)]
    [InlineData("adaptive-span-text8", 38_357_116)]
    [InlineData("adaptive-span-enwik8-large", 208_910_221)]
    [InlineData("adaptive-span-text8-large", 208_638_172)]
    [InlineData("all-attention-enwik8", 38_501_725)]
    [InlineData("all-attention-text8", 38_320_300)]
    [InlineData("all-attention-enwik8-large", 114_017_773)]
    [InlineData("all-attention-text8-large", 113_836_348)]
    [InlineData("all-attention-wikitext103", 132_493_746)]
    public void PublishedRecipesHaveThePublishedSize(string recipe, long parameters) =>
        Assert.Equal(parameters, Workspace.Run("info", recipe, "--json").Json.GetProperty("parameters").GetInt64());

    [Fact]
    public void EveryRecipeOfTheToolIsValid()
    {
        ToolResult list = Workspace.Run("recipes", "--json");
        string[] names =
            [.. ToolResult.Lines(list.Output).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("name").GetString()!)];
        Assert.Contains("stories", names);
        Assert.Equal(Recipe.BuiltinNames, names);
        Assert.All(names, name => Assert.NotEmpty(Recipe.Builtin(name).Description!));
        Assert.Equal(names, ToolResult.Lines(Workspace.Run("recipes").Output).Select(line => line.Split(' ')[0]));
        using StringWriter output = new();
        CommandLine.Run(["recipes"], new Terminal(Stream.Null, output, TextWriter.Null) { OutputWidth = 60 });
        Assert.All(output.ToString().Split(Environment.NewLine), line => Assert.InRange(line.Length, 0, 60));
    }

    [Fact]
    public void TheVersionIsThatOfThePackages()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Directory.Build.props")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        string version = XDocument.Load(Path.Combine(folder!, "Directory.Build.props")).Descendants("Version").Single().Value;
        Assert.Matches($@"^{version.Replace(".", @"\.", StringComparison.Ordinal)}(\+[0-9a-f]+)?\n$", Workspace.Run("--version").Output);
        foreach (Type type in (Type[])[typeof(CommandLine), typeof(Recipe), typeof(Tensors.Tensor)])
        {
            Assert.Equal(version, type.Assembly.GetName().Version!.ToString(3));
        }
    }

    [Fact]
    public void RecipesOfTheToolAreThereToStartFrom()
    {
        ToolResult stories = Workspace.Run("recipes", "stories");
        Assert.Equal(0, stories.ExitCode);
        _work.Write("mine.json", stories.Output);
        Assert.Equal(Recipe.BuiltinText("stories"), stories.Output);
        Assert.Equal(
            Workspace.Run("info", "stories", "--json").Json.GetProperty("parameters").GetInt64(),
            Workspace.Run("info", _work["mine.json"], "--json").Json.GetProperty("parameters").GetInt64());
        Workspace.Run("recipes", "storys").AssertFails(1, "'storys'", "did you mean 'stories'?");
        Workspace.Run("train", "storeis", "--out", _work["out"]).AssertFails(1, "'storeis'", "did you mean 'stories'?", "mt recipes");
        Workspace.Run("train", "xyzzy", "--out", _work["out"]).AssertFails(1, "'xyzzy' does not exist. 'mt recipes' lists");
        Workspace.Run("train", "-").AssertFails(2, "A recipe is not read from standard input ('-'): name a JSON file");
        Workspace.Run("bench", "generate", "--recipe", "translation-toy")
            .AssertFails(1, "translation-toy: this needs the recipe of a language model");
    }

    [Fact]
    public void ModelsAreFinetunedAsTheReadmeShows()
    {
        Assert.Equal(0, _work.Train("base").ExitCode);
        Workspace.Run("train", "finetune", "--init", _work["base"], "--data", _work["text.txt"], "--steps", "2", "--out",
            _work["finetuned"])
            .AssertFails(1, "training.context (128)", "max_positions (16)");

        _work.Write("recipe.json",
            Workspace.TinyRecipe.Replace("\"max_positions\": 16", "\"max_positions\": 128", StringComparison.Ordinal));
        Assert.Equal(0, _work.Train("base").ExitCode);
        ToolResult finetuned = Workspace.Run(
            "train", "finetune", "--init", _work["base"], "--data", _work["text.txt"], "--steps", "2", "--out",
            _work["finetuned"], "--json");
        Assert.Equal(2, finetuned.Json.GetProperty("step").GetInt32());
        Assert.Equal(
            Workspace.Run("info", _work["base"], "--json").Json.GetProperty("parameters").GetInt64(),
            finetuned.Json.GetProperty("parameters").GetInt64());
    }

    [Fact]
    public void TensorsOfUnknownTypesAreListed()
    {
        byte[] header = Encoding.UTF8.GetBytes("""{"__metadata__":null,"w":{"dtype":"F8_E4M3","shape":[2,4],"data_offsets":[0,8]}}""");
        File.WriteAllBytes(_work["w.safetensors"], [.. BitConverter.GetBytes((long)header.Length), .. header, .. new byte[8]]);
        JsonElement tensor = Workspace.Run("info", _work["w.safetensors"], "--json").Json.GetProperty("tensors")[0];
        Assert.Equal(("F8_E4M3", 8), (tensor.GetProperty("dtype").GetString(), tensor.GetProperty("bytes").GetInt32()));
        Assert.Contains("F8_E4M3", Workspace.Run("info", _work["w.safetensors"]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ShowsSpansAndMemories()
    {
        const string memory =
            "\"ffn\": 32, \"memory_positions\": [\"1\"], \"memory\": { \"n_keys\": 8, \"heads\": 2, \"key_dim\": 8, \"top_k\": 4 }";
        _work.Write("recipe.json", Workspace.SpanRecipe
            .Replace("\"ffn\": 0", memory, StringComparison.Ordinal)
            .Replace("\"clip_norm\": 0.03", "\"clip_norm\": 0.03, \"values\": {}", StringComparison.Ordinal));
        Assert.Equal(0, _work.Train("out").ExitCode);

        JsonElement json = Workspace.Run("info", _work["out"], "--json").Json;
        Assert.Equal(24, json.GetProperty("span_limit").GetInt32());
        JsonElement[] layers = [.. json.GetProperty("spans").EnumerateArray()];
        Assert.Equal(2, layers.Length);
        Assert.All(layers, layer => Assert.Equal(2, layer.GetArrayLength()));
        Assert.All(layers.SelectMany(layer => layer.EnumerateArray()), span => Assert.InRange(span.GetDouble(), 0, 24));
        JsonElement usage = json.GetProperty("memory").GetProperty("1");
        Assert.Equal(64, usage.GetProperty("slots").GetInt64());
        Assert.InRange(usage.GetProperty("usage").GetDouble(), 0.01, 1);
        Assert.Equal(2, usage.GetProperty("head_usage").GetArrayLength());
        Assert.Equal(2, usage.GetProperty("sub_key_usage").GetArrayLength());

        string drawn = Workspace.Run("info", _work["out"]).Output;
        string first = $"{layers[0][0].GetDouble():N1}", percent = $"{100 * usage.GetProperty("head_usage")[1].GetDouble():F1} %";
        foreach (string part in (string[])["of 24 tokens", first, "█", "layer 1", percent, "64 slots used", "KL"])
        {
            Assert.Contains(part, drawn, StringComparison.Ordinal);
        }

        JsonElement evaluated = Workspace.Run("eval", _work["out"], "--json").Json;
        Assert.InRange(evaluated.GetProperty("average_span").GetDouble(), 4, 24);
        Assert.InRange(evaluated.GetProperty("max_span").GetDouble(), evaluated.GetProperty("average_span").GetDouble(), 24);
        Assert.True(evaluated.GetProperty("attention_flops").GetInt64() > 2 * 4 * 16 * 16);
        Assert.True(evaluated.GetProperty("cached_states").GetInt64() > 0);
        Assert.Equal(2, evaluated.GetProperty("spans").GetArrayLength());
        Assert.True(evaluated.GetProperty("memory").GetProperty("1").GetProperty("kl").GetDouble() >= 0);
        string told = Workspace.Run("eval", _work["out"]).Output;
        Assert.Contains("multiply-adds per token", told, StringComparison.Ordinal);
        Assert.Contains("Memory of layer 1", told, StringComparison.Ordinal);
    }

    [Fact]
    public void BenchGemmMeasuresEveryForm()
    {
        ToolResult result = Workspace.Run("bench", "gemm", "--shapes", "33,17,5;8,8,8", "--threads", "1", "--seconds", "0.001", "--json");
        JsonElement[] lines = [.. ToolResult.Lines(result.Output).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(8, lines.Length);
        Assert.All(lines, line => Assert.True(line.GetProperty("gflops").GetDouble() > 0));
        Assert.Equal(17, lines[0].GetProperty("n").GetInt32());
        Assert.True(lines[3].GetProperty("transpose_a").GetBoolean() && lines[3].GetProperty("transpose_b").GetBoolean());
    }

    [Fact]
    public void BenchTrainCountsParametersAndMemory()
    {
        JsonElement json = Workspace.Run("bench", "train", "--layers", "1", "--dim", "16", "--heads", "2", "--seq", "8", "--batch", "2",
            "--vocab", "32", "--steps", "2", "--json").Json;
        Assert.Equal((32 * 16) + (8 * 16) + (12 * 16 * 16) + (13 * 16) + (2 * 16), json.GetProperty("parameters").GetInt64());
        Assert.True(json.GetProperty("tokens_per_s").GetDouble() > 0);
        Assert.True(json.GetProperty("peak_mib").GetDouble() > 1);
        Assert.True(json.GetProperty("allocated_bytes_per_step").GetInt64() >= 0);
    }

    [Fact]
    public void BenchTrainRefusesWhatTheMachineCannotTrain() =>
        Workspace.Run("bench", "train", "--layers", "1", "--dim", "1048576", "--heads", "2", "--seq", "8", "--batch", "2", "--vocab", "32")
            .AssertFails(CommandLine.Failed, "GiB of memory to train, for weights, gradients and the optimiser's state");

    [Fact]
    public void BenchTrainProfilesKernels()
    {
        string[] arguments = ["bench", "train", "--layers", "1", "--dim", "16", "--heads", "2", "--seq", "8", "--batch", "2", "--vocab",
            "32", "--steps", "2", "--profile"];
        JsonElement json = Workspace.Run([.. arguments, "--json"]).Json;
        const int PerToken = (12 * 16 * 16) + (16 * 32) + ((8 + 1) * 16);
        Assert.Equal(6e-9 * 16 * PerToken, json.GetProperty("model_gflop_per_step").GetDouble(), 1e-12);
        Assert.True(json.GetProperty("peak_gflops").GetDouble() > 0 && json.GetProperty("mfu").GetDouble() > 0);
        Assert.True(json.GetProperty("limit_gflops").GetDouble() > 0 && json.GetProperty("mfu_of_limit").GetDouble() is > 0 and < 1.5);
        JsonElement[] kernels = [.. json.GetProperty("kernels").EnumerateArray()];
        JsonElement Named(string phase, string kernel) =>
            kernels.Single(entry => entry.GetProperty("phase").GetString() == phase && entry.GetProperty("kernel").GetString() == kernel);
        Assert.Equal(1, Named("forward", "Attention").GetProperty("calls").GetDouble());
        Assert.Equal(2e-9 * 16 * 9 * 16, Named("forward", "Attention").GetProperty("gflop").GetDouble(), 1e-12);
        Assert.Equal(2.5 * 2e-9 * 16 * 9 * 16, Named("backward", "AttentionGradient").GetProperty("gflop").GetDouble(), 1e-12);
        Assert.Equal(2e-9 * 16 * 16 * 64, Named("forward", "MatMul nt 16 x 64 x 16").GetProperty("gflop").GetDouble(), 1e-12);
        Assert.True(Named("update", "Adam").GetProperty("gb").GetDouble() > 0);
        Assert.All(kernels, kernel => Assert.InRange(kernel.GetProperty("share").GetDouble(), 0, 1));
        Assert.Contains("MFU", Workspace.Run(arguments).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void BenchTrainPredictsAnotherCard()
    {
        string[] arguments = ["bench", "train", "--layers", "1", "--dim", "16", "--heads", "2", "--seq", "8", "--batch", "2", "--vocab",
            "32", "--steps", "1", "--profile", "--card", "h200"];
        JsonElement json = Workspace.Run([.. arguments, "--json"]).Json;
        JsonElement[] kernels = [.. json.GetProperty("kernels").EnumerateArray()];
        foreach (string name in (string[])["predicted_float32_ms", "predicted_tf32_ms", "predicted_bfloat16_ms"])
        {
            Assert.Equal(
                kernels.Sum(kernel => kernel.GetProperty(name).GetDouble()), json.GetProperty(name).GetDouble(), 1e-9);
            Assert.All(kernels, kernel =>
                Assert.True(kernel.GetProperty(name).GetDouble() >= 0.999 * kernel.GetProperty("gb").GetDouble() / 4_800 * 1e3));
        }

        double calls = kernels.Sum(kernel => kernel.GetProperty("calls").GetDouble());
        Assert.Equal(calls * 5e-3, json.GetProperty("predicted_launch_ms").GetDouble(), 1e-9);
        string table = Workspace.Run(arguments).Output;
        Assert.Contains("Predicted on NVIDIA H200 SXM, not measured", table, StringComparison.Ordinal);
        Assert.Contains("h200 ms", table, StringComparison.Ordinal);
    }

    [Fact]
    public void BenchTrainMeasuresTranslationModels()
    {
        File.WriteAllText(_work["translation.json"], """
            {
              "architecture": "transformer_seq2seq",
              "model": { "dim": 16, "heads": 2, "ffn": 24, "encoder_layers": 2, "decoder_layers": 1, "tie": "all", "src_vocab": 20,
              "vocab": 20 },
              "tokenizer": { "type": "char" },
              "training": { "max_tokens": 40 }
            }
            """);
        string[] arguments = ["bench", "train", "--recipe", _work["translation.json"], "--seq", "5", "--steps", "2", "--profile"];
        JsonElement json = Workspace.Run([.. arguments, "--json"]).Json;
        const int Attention = 4 * 16 * 16, FeedForward = 2 * 16 * 24, Pairs = 8, Length = 5;
        const int PerPair = (Length * ((3 * (Attention + FeedForward)) + Attention + (16 * 20)))
            + (16 * ((3 * 2 * Length * Length) + (Length * (Length + 1))));
        Assert.Equal(6e-9 * Pairs * PerPair, json.GetProperty("model_gflop_per_step").GetDouble(), 1e-12);
        Assert.Equal(Pairs * Length / json.GetProperty("ms").GetDouble() * 1e3, json.GetProperty("tokens_per_s").GetDouble(), 1e-3);
        json = Workspace.Run([.. arguments, "--layers", "1", "--batch", "3", "--vocab", "32", "--json"]).Json;
        Assert.Equal(3 * Length / json.GetProperty("ms").GetDouble() * 1e3, json.GetProperty("tokens_per_s").GetDouble(), 1e-3);
    }

    [Fact]
    public void BenchGenerateGrowsWithLength()
    {
        ToolResult result = Workspace.Run("bench", "generate", "--recipe", _work["recipe.json"], "--data", _work["text.txt"], "--lengths",
            "8,200", "--json");
        JsonElement[] lines = [.. ToolResult.Lines(result.Output).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal([8, 200], lines.Select(line => line.GetProperty("length").GetInt32()));
        Assert.True(lines[1].GetProperty("state_bytes").GetInt64() > lines[0].GetProperty("state_bytes").GetInt64());
    }

    [Theory]
    [InlineData(MatMulPrecision.BFloat16)]
    [InlineData(MatMulPrecision.Tf32, "--precision", "tf32")]
    public void BenchGenerateTakesThePrecisionOfTheRecipe(MatMulPrecision expected, params string[] options)
    {
        _work.Write("half.json", Workspace.TinyRecipe.Replace(
            "\"steps\": 20", "\"precision\": \"bfloat16\", \"steps\": 20", StringComparison.Ordinal));
        using PrecisionWriter output = new();
        Assert.Equal(0, CommandLine.Run(
            ["bench", "generate", "--recipe", _work["half.json"], "--data", _work["text.txt"], "--lengths", "8", .. options],
            new Terminal(null, output, TextWriter.Null)));
        Assert.Equal([expected], output.Precisions);
        Assert.Equal(MatMulPrecision.Float32, MatMulPrecisionScope.Of(Device.Cpu));
    }

    [Fact]
    public void BenchGenerateComparesRecipesInAPlot()
    {
        _work.Write("linear.json", Workspace.TinyRecipe.Replace("\"layers\": 1",
            "\"layers\": 1, \"attention\": \"linear\", \"linear\": { \"feature_size\": 4 }", StringComparison.Ordinal));
        ToolResult result = Workspace.Run(
            "bench", "generate", "--recipe", _work["recipe.json"], "--recipe", _work["linear.json"], "--data", _work["text.txt"],
            "--lengths", "8,200", "--svg", _work["plots/a.svg"], "--json");
        JsonElement[] lines = [.. ToolResult.Lines(result.Output).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["recipe", "recipe", "linear", "linear"], lines.Select(line => line.GetProperty("recipe").GetString()!));
        Assert.Equal(2 * 200 * 16 * sizeof(float), lines[1].GetProperty("state_bytes").GetInt64());
        Assert.Equal(lines[2].GetProperty("state_bytes").GetInt64(), lines[3].GetProperty("state_bytes").GetInt64());
        XElement image = XDocument.Load(_work["plots/a.svg"]).Root!;
        Assert.Equal(4, image.Descendants().Count(element => element.Name.LocalName == "polyline"));
        Assert.DoesNotContain("NaN", image.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void APlotReplacesPlotsOnly()
    {
        _work.Write("page.html", "<html><svg/></html>");
        string[] bench = ["bench", "generate", "--recipe", _work["recipe.json"], "--data", _work["text.txt"], "--lengths", "8", "--svg"];
        foreach (string name in (string[])["text.txt", "page.html", "recipe.json"])
        {
            byte[] before = File.ReadAllBytes(_work[name]);
            Workspace.Run([.. bench, _work[name]]).AssertFails(CommandLine.Failed, name, "not replaced");
            Assert.Equal(before, File.ReadAllBytes(_work[name]));
        }

        _work.Write("a.svg", "<?xml version=\"1.0\"?><!-- old --><svg xmlns=\"http://www.w3.org/2000/svg\"/>");
        Assert.Equal(0, Workspace.Run([.. bench, _work["a.svg"]]).ExitCode);
        Assert.Contains("polyline", File.ReadAllText(_work["a.svg"]), StringComparison.Ordinal);
    }

    [Fact]
    public void DoctorPasses()
    {
        ToolResult result = Workspace.Run("doctor", "--bandwidth", "--threads", "1", "--json");
        Assert.True(result.Json.GetProperty("passed").GetBoolean());
        Assert.True(result.Json.GetProperty("cases").GetInt32() > 100);
        JsonElement speed = Assert.Single(result.Json.GetProperty("bandwidth").EnumerateArray());
        Assert.Equal(1, speed.GetProperty("threads").GetInt32());
        Assert.True(speed.GetProperty("read_gb_per_s").GetDouble() > 0 && speed.GetProperty("copy_gb_per_s").GetDouble() > 0);
        Assert.True(speed.GetProperty("gflops").GetDouble() > 0);
    }
}
