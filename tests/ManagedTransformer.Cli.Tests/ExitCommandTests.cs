using System.Text.Json;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>
/// What users do with a depth-adaptive translation model: compare exits, tune thresholds, translate with a rule of their choice.
/// </summary>
public sealed class ExitCommandTests : IDisposable
{
    private const string Recipe = """
        {
          "architecture": "transformer_seq2seq",
          "model": {
            "dim": 16, "heads": 2, "ffn": 32, "encoder_layers": 1, "decoder_layers": 3, "pre_norm": true, "max_positions": 64,
            "exits": { "classifiers": "tied", "halting": "HALTING", "alpha": ALPHA }
          },
          "tokenizer": { "type": "word" },
          "data": { "source": "builtin:translation", "validation_source": "VALID" },
          "training": {
            "steps": 25, "max_tokens": 300, "optimizer": { "type": "adam" }, "schedule": { "type": "inverse_sqrt", "lr": 1e-2,
            "warmup": 10 }
          }
        }
        """;

    // The first validation sentences of builtin:translation.
    private static readonly string[] _valid =
    [
        "morgau la rugaj ovoj faras un urbo al kvin feroj.\tguborta rodor shi dulolle tarkom zutra robitne.",
        "nun la feroj kiu ne trovis un blanka fisho portis steloj en evira.\ttelam belam mafinulsha dulorta evirissa zirtorm teper horulne.",
        "la stelo ne portos tri felicaj laktoj kun la varma stelo.\tzirtota zirtokonta torokon mo nolom wesom mahorev.",
        "un floro ploras en la ligno.\tlira bostassata slezit.",
        "borin kantas kun tri panoj.\tborini mo masakon pevit.",
        "borin achetis deron.\tborini deronim kupul.",
        "hierau la granda shtono venas.\tkragota ormo vechor hodit.",
        "la filoj ploris de un kato.\tsarinorta mirasto slezulne.",
        "morgau maroj ne achetis la dolca dolca libro.\tbanor pevamta melam melam zutra makupulne.",
        "chiam soldoj ridos por evira.\tgaskor eviriden vsig smekevne.",
        "du varmaj nigraj steloj ne falis de kvar nigraj katoj.\tki zirto toro koro ra mirasto korasto mapadulne.",
        "hierau un rivo venis.\tsela vechor hodul.",
    ];

    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void ExitsAreComparedAndThresholdsTuned()
    {
        Train("geometric", "0.5");
        JsonElement table = Eval("out", "--exits", "all", "--exits", "model", "--exits", "confidence:1", "--exits", "confidence:0");
        JsonElement[] rows = [.. table.GetProperty("exits").EnumerateArray()];
        Assert.Equal(12, table.GetProperty("sentences").GetInt32());
        Assert.Equal(["fixed:1", "fixed:2", "fixed:3", "geometric", "confidence:1", "confidence:0"],
            rows.Select(row => row.GetProperty("rule").GetString()));
        Assert.Equal([1.0, 2, 3], rows[..3].Select(row => Number(row, "average_exit")));
        Assert.True(Number(rows[0], "flops_per_token") < Number(rows[1], "flops_per_token"));
        Assert.Equal(Number(rows[2], "full_depth_flops_per_token"), Number(rows[2], "flops_per_token"));
        Assert.True(Number(rows[2], "ms_per_token") > 0);
        Assert.Equal(3, Number(rows[4], "average_exit"));
        Assert.Equal(1, Number(rows[5], "average_exit"));
        Assert.Equal(Number(rows[2], "bleu"), Number(rows[4], "bleu"));
        Assert.Equal(Number(rows[2], "flops_per_token"), Number(rows[4], "flops_per_token"));

        JsonElement plain = Workspace.Run("eval", _work["out"], "--beam", "2", "--json").Json;
        Assert.Equal(plain.GetProperty("bleu").GetDouble(), Number(rows[3], "bleu"));
        Assert.Contains("average exit", Workspace.Run("eval", _work["out"], "--exits", "fixed:2", "--beam", "1").Output,
            StringComparison.Ordinal);

        Tune("geometric");
        Tune("confidence");
    }

    [Fact]
    public void EmptyAndTooLongSentencesCountAsEmptyTranslations()
    {
        Train("none", "0");
        string pair = File.ReadLines(_work["valid.tsv"]).First(), source = pair.Split('\t')[0], word = source.Split(' ')[0];
        string data = _work.Write("mixed.tsv", $"{pair}\n\tx\n{source}\t\n{string.Join(' ', Enumerable.Repeat(word, 70))}\tx\n");
        Workspace.Run("eval", _work["out"], "--exits", "fixed:3", "--data", data).AssertFails(1, $"Line 4 of '{data}'", "--too-long");
        foreach ((string rule, int sentences) in ((string, int)[])[("skip", 3), ("empty", 4)])
        {
            string[] more = ["--data", data, "--beam", "2", "--too-long", rule, "--json"];
            JsonElement table = Workspace.Run(["eval", _work["out"], "--exits", "fixed:3", .. more]).Json;
            Assert.Equal(sentences, table.GetProperty("sentences").GetInt32());
            JsonElement plain = Workspace.Run(["eval", _work["out"], .. more]).Json;
            Assert.Equal(sentences, plain.GetProperty("sentences").GetInt32());
            Assert.Equal(plain.GetProperty("bleu").GetDouble(), Number(table.GetProperty("exits")[0], "bleu"));
            ToolResult tuned = Workspace.Run(["tune-exits", _work["out"], "--grid", "3", "--draws", "0", "--out", _work[rule], .. more]);
            Assert.Equal(sentences, JsonDocument.Parse(ToolResult.Lines(tuned.Output)[0]).RootElement.GetProperty("sentences").GetInt32());
        }

        string nothing = _work.Write("nothing.tsv", "\tx\n\ty\n");
        Workspace.Run("eval", _work["out"], "--exits", "fixed:3", "--data", nothing).AssertFails(1, "no sentence to translate");
    }

    [Fact]
    public void TranslationsTakeTheExitsAskedFor()
    {
        Train("none", "0");
        string sentence = File.ReadLines(_work["valid.tsv"]).First().Split('\t')[0];
        JsonElement translated =
            Workspace.RunWithInput(sentence, "translate", _work["out"], "--exits", "fixed:2", "--show-exits", "--json").Json;
        Assert.All(translated.GetProperty("exits").EnumerateArray(), exit => Assert.Equal(2, exit.GetInt32()));
        Workspace.RunWithInput(sentence, "translate", _work["out"], "--exits", "fixed:4").AssertFails(1, "'fixed:4'", "layer 4", "1 to 3");
        Workspace.Run("eval", _work["out"], "--exits", "geometric").AssertFails(1, "geometric", "classifier");
        Workspace.Run("tune-exits", _work["out"], "--rule", "geometric", "--out", _work["tuned"]).AssertFails(1, "geometric", "classifier");
    }

    [Fact]
    public void ModelsOfFixedDepthAreRefused()
    {
        Train("none", "0", recipe => recipe[..recipe.IndexOf(",\n    \"exits\"", StringComparison.Ordinal)]
            + recipe[recipe.IndexOf("\n  },\n  \"tokenizer\"", StringComparison.Ordinal)..]);
        Workspace.Run("eval", _work["out"], "--exits", "all").AssertFails(2, "--exits", "all layers");
        Workspace.Run("tune-exits", _work["out"], "--out", _work["tuned"]).AssertFails(1, "no exits");
        Assert.Equal(0, _work.Train("text").ExitCode);
        Workspace.Run("eval", _work["text"], "--exits", "all").AssertFails(2, "--exits", "language model");
        Workspace.Run("tune-exits", _work["out"], "--out", _work["out"]).AssertFails(1, "not an empty folder");
    }

    [Fact]
    public void LanguageModelsWriteWithExits()
    {
        _work.Write("recipe.json", Workspace.TinyRecipe.Replace("\"layers\": 1",
            "\"layers\": 3, \"exits\": { \"halting\": \"geometric\", \"alpha\": 0.1 }", StringComparison.Ordinal));
        Assert.Equal(0, _work.Train("out").ExitCode);
        Assert.Equal(0, Workspace.Run("eval", _work["out"]).ExitCode);
        JsonElement written =
            Workspace.Run("generate", _work["out"], "--prompt", "the cat", "--tokens", "12", "--exits", "fixed:2", "--json").Json;
        Assert.Equal(Enumerable.Repeat(2, 12), written.GetProperty("exits").EnumerateArray().Select(exit => exit.GetInt32()));
        Assert.Equal(2, written.GetProperty("average_exit").GetDouble());
        JsonElement own = Workspace.Run("generate", _work["out"], "--prompt", "the cat", "--tokens", "12", "--json").Json;
        Assert.Equal(12, own.GetProperty("exits").GetArrayLength());
        Workspace.Run("generate", _work["out"], "--prompt", "a", "--tokens", "1", "--exits", "fixed:4")
            .AssertFails(1, "'fixed:4'", "layer 4", "1 to 3");
    }

    [Theory]
    [InlineData("eval out --exits fixed", "'fixed'")]
    [InlineData("eval out --exits confidence:2", "'confidence:2'")]
    [InlineData("translate out --exits all", "'all'")]
    [InlineData("tune-exits out", "--out")]
    [InlineData("tune-exits out --out new --bins 0", "--bins")]
    [InlineData("tune-exits out --out new --rule fixed", "fixed")]
    public void WrongUsage(string arguments, string mention) =>
        Workspace.Run(arguments.Split(' ')).AssertFails(CommandLine.WrongUsage, mention, "--help");

    // The frontier's best thresholds are in the model folder, and the model scores with them what the search saw.
    private void Tune(string kind)
    {
        JsonElement tuned = Workspace.Run(
            "tune-exits", _work["out"], "--rule", kind, "--grid", "3", "--draws", "4", "--max-loss", "100", "--sentences", "12", "--out",
            _work[kind], "--json").Json;
        Assert.Equal(7, tuned.GetProperty("tried").GetInt32());
        JsonElement[] frontier = [.. tuned.GetProperty("frontier").EnumerateArray()];
        Assert.Equal(frontier.Length, frontier.Select(row => Math.Floor(Number(row, "average_exit") / 0.25)).Distinct().Count());
        JsonElement chosen = tuned.GetProperty("chosen");
        Assert.Equal(frontier.Min(row => Number(row, "flops_per_token")), Number(chosen, "flops_per_token"));
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(_work[$"{kind}/config.json"]));
        JsonElement exits = config.RootElement.GetProperty("model").GetProperty("exits");
        Assert.Equal(kind, exits.GetProperty("halting").GetString());
        string thresholds = string.Join(',', exits.GetProperty("thresholds").EnumerateArray().Select(threshold => threshold.GetRawText()));
        Assert.Equal(chosen.GetProperty("rule").GetString(), $"{kind}:{thresholds}");
        JsonElement again = Eval(kind, "--exits", "model", "--beam", "1").GetProperty("exits")[0];
        Assert.Equal(Number(chosen, "bleu"), Number(again, "bleu"));
        Assert.Equal(Number(chosen, "average_exit"), Number(again, "average_exit"));
    }

    private static double Number(JsonElement row, string name) => row.GetProperty(name).GetDouble();

    private JsonElement Eval(string model, params string[] more) =>
        Workspace.Run(["eval", _work[model], "--json", .. more.Contains("--beam") ? more : [.. more, "--beam", "2"]]).Json;

    private void Train(string halting, string alpha, Func<string, string>? change = null)
    {
        string valid = _work.Write("valid.tsv", string.Concat(_valid.Select(pair => $"{pair}\n")));
        string recipe = Recipe.Replace("HALTING", halting, StringComparison.Ordinal).Replace("ALPHA", alpha, StringComparison.Ordinal)
            .Replace("VALID", valid, StringComparison.Ordinal);
        ToolResult trained = Workspace.Run("train", _work.Write("exits.json", change?.Invoke(recipe) ?? recipe), "--out", _work["out"]);
        Assert.True(trained.ExitCode == 0, trained.Error);
    }
}
