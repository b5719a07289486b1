using System.Text.Json;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>Checkpoints of other programs become folders with which every command of the tool works.</summary>
public sealed class ImportCommandTests : IDisposable
{
    private readonly Workspace _work = new();

    public static IEnumerable<TheoryDataRow<string>> Models() =>
        ImportedCase.All().Where(test => test.IsModel).Select(test => new TheoryDataRow<string>(test.Name));

    public void Dispose() => _work.Dispose();

    [Theory]
    [MemberData(nameof(Models))]
    public void AModelIsScoredWrittenOnEvaluatedAndFinetuned(string name)
    {
        ImportedCase test = ImportedCase.Of(name);
        JsonElement converted = Workspace.Run([.. test.Command(), "--out", _work["out"], "--json"]).Json;
        JsonElement info = Workspace.Run("info", _work["out"], "--json").Json;
        Assert.Equal(converted.GetProperty("parameters").GetInt64(), info.GetProperty("parameters").GetInt64());
        RequireScores(test);
        if (test.SourceIds is { } source)
        {
            RequireTranslations(source, test.Ids);
        }
        else
        {
            RequireTexts(test.Ids);
        }
    }

    [Fact]
    public void TheReportTellsWhatWasAssumedAndLeftOut()
    {
        ImportedCase test = ImportedCase.Of("fast_transformers_elu_plain_zip");
        ToolResult result = Workspace.Run([.. test.Command(), "--out", _work["out"]]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("from fast-transformers", result.Output, StringComparison.Ordinal);
        Assert.All((string[])["--attention", "--activation", "--vocab"],
            option => Assert.Contains(option, result.Output, StringComparison.Ordinal));

        test = ImportedCase.Of("fairseq012_translation_cfg_zip");
        JsonElement json = Workspace.Run("convert", test.File, "--from", "fairseq", "--out", _work["words"], "--json").Json;
        string note = Assert.Single(json.GetProperty("notes").EnumerateArray()).GetString()!;
        Assert.Contains("--data, or --source-dict and --target-dict", note, StringComparison.Ordinal);
        Assert.Contains("decoder.version", json.GetProperty("ignored").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public void DictionariesTablesAndTypesMayBeGiven()
    {
        ImportedCase test = ImportedCase.Of("fairseq012_translation_cfg_zip");
        string data = test.Command()[^1];
        string[] dictionaries = ["--source-dict", Path.Combine(data, "dict.en.txt"), "--target-dict", Path.Combine(data, "dict.de.txt")];
        Assert.Equal(0, Workspace.Run([.. test.Command(), "--out", _work["data"]]).ExitCode);
        Assert.Equal(0, Workspace.Run(["convert", test.File, "--from", "fairseq", .. dictionaries, "--out", _work["files"]]).ExitCode);
        foreach (string file in Directory.EnumerateFiles(_work["data"]))
        {
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(_work[$"files/{Path.GetFileName(file)}"]));
        }

        Workspace.Run(["convert", test.File, "--from", "fairseq", .. dictionaries[..2], "--out", _work["one"]])
            .AssertFails(1, "--target-dict");
        Assert.Equal(0, Workspace.Run([.. test.Command(), "--dtype", "bfloat16", "--out", _work["half"]]).ExitCode);
        Assert.True(new FileInfo(_work["half/model.safetensors"]).Length < new FileInfo(_work["data/model.safetensors"]).Length * 0.8);

        test = ImportedCase.Of("fast_transformers_elu_plain_zip");
        string[] words = [.. Enumerable.Range(0, 37).Select(id => $"w{id}")];
        string vocabulary = _work.Write("words.txt", string.Join('\n', words) + "\n");
        Assert.Equal(0, Workspace.Run([.. test.Command(), "--vocab", vocabulary, "--out", _work["words"]]).ExitCode);
        Assert.StartsWith(" w", Generate("words", "w1 w2").GetProperty("text").GetString(), StringComparison.Ordinal);
        Workspace.Run([.. test.Command(), "--vocab", _work.Write("few.txt", "a\nb\n"), "--out", _work["few"]])
            .AssertFails(1, "few.txt", "2 entries", "37");
    }

    [Fact]
    public void PlainTensorsKeepTheirNamesOrGetOthers()
    {
        ImportedCase test = ImportedCase.Of("plain_tensors_zip");
        Assert.Equal(0, Workspace.Run([.. test.Command(), "--rename", "ours=float32", "--out", _work["out"]]).ExitCode);
        string[] names = [.. Workspace.Run("info", _work["out/model.safetensors"], "--json").Json.GetProperty("tensors").EnumerateArray()
            .Select(tensor => tensor.GetProperty("name").GetString()!)];
        Assert.Contains("ours", names);
        Assert.DoesNotContain("float32", names);
        Workspace.Run([.. test.Command(), "--rename", "ours=nothing", "--out", _work["other"]]).AssertFails(1, "'nothing'", "--rename");
        Workspace.Run([.. test.Command(), "--dtype", "bfloat16", "--out", _work["other"]]).AssertFails(1, "--dtype");
        Assert.False(Path.Exists(_work["other"]));
    }

    private void RequireScores(ImportedCase test)
    {
        string[] source = test.SourceIds is { } ids ? ["--source-ids", ids] : [];
        JsonElement scored = Workspace.Run(["score", _work["out"], "--ids", test.Ids, .. source, "--logits", "--json"]).Json;
        float[][] rows = [.. scored.GetProperty("logits").EnumerateArray()
            .Select(row => row.EnumerateArray().Select(value => value.GetSingle()).ToArray())];
        float[] want = test.Expected().ToArray();
        float[] got = Tensor.From([.. rows.SelectMany(row => row)], new Shape(rows.Length, rows[0].Length)).LogSoftmax().ToArray();
        Assert.Equal(want.Length, got.Length);
        for (int i = 0; i < (test.Length ?? rows.Length) * rows[0].Length; i++)
        {
            Assert.True(Math.Abs(got[i] - want[i]) <= test.Tolerance * (1 + Math.Abs(want[i])), $"{i}: {got[i]} instead of {want[i]}");
        }
    }

    private void RequireTexts(string ids)
    {
        // A text of the model's own words, long enough to be divided.
        string text = LanguageModel.Load(_work["out"]).Tokenizer.Decode([.. ids.Split(',').Select(int.Parse)]).Trim();
        _work.Write("text.txt", string.Concat(Enumerable.Repeat($"{text}\n", 60)));
        Assert.Equal(3, Generate("out", text).GetProperty("tokens").GetInt32());
        double before = Evaluate("out");
        bool isStream = File.ReadAllText(_work["out/config.json"]).Contains("span", StringComparison.Ordinal);
        _work.Write("recipe.json", Workspace.TinyRecipe.Replace(
            "\"batch\": 2,", isStream ? "\"batch\": 2, \"sampling\": \"stream\"," : "\"batch\": 2,", StringComparison.Ordinal));
        JsonElement trained = _work.Train("tuned", "--init", _work["out"], "--steps", "4", "--json").Json;
        Assert.Equal(4, trained.GetProperty("step").GetInt64());
        Assert.InRange(Evaluate("tuned"), 0, before);
        Assert.Equal(File.ReadAllBytes(_work["out/tokenizer.json"]), File.ReadAllBytes(_work["tuned/best/tokenizer.json"]));
    }

    private void RequireTranslations(string sourceIds, string ids)
    {
        TranslationModel model = TranslationModel.Load(_work["out"]);
        string source = Words(model.Source, sourceIds), target = Words(model.Target, ids);
        ToolResult translated = Workspace.RunWithInput($"{source}\n", "translate", _work["out"], "--beam", "2");
        Assert.Equal(0, translated.ExitCode);
        Assert.Single(ToolResult.Lines(translated.Output));
        string pairs = _work.Write("pairs.tsv", string.Concat(Enumerable.Repeat($"{source}\t{target}\n", 20)));
        double before = Workspace.Run("eval", _work["out"], "--data", pairs, "--json").Json.GetProperty("loss").GetDouble();
        ToolResult trained = Workspace.Run(
            "train", _work.Write("recipe.json", Workspace.TranslationRecipe), "--init", _work["out"], "--data", pairs, "--valid", pairs,
            "--steps", "4", "--out", _work["tuned"], "--json");
        Assert.Equal(4, trained.Json.GetProperty("step").GetInt64());
        double after = Workspace.Run("eval", _work["tuned"], "--data", pairs, "--json").Json.GetProperty("loss").GetDouble();
        Assert.InRange(after, 0, before);

        static string Words(Tokenization.SentenceTokenizer tokenizer, string ids) =>
            tokenizer.Decode([.. ids.Split(',').Select(int.Parse).Where(id => id > 3)]);
    }

    private JsonElement Generate(string model, string prompt) =>
        Workspace.Run("generate", _work[model], "--prompt", prompt, "--tokens", "3", "--json").Json;

    private double Evaluate(string model) =>
        Workspace.Run("eval", _work[model], "--data", _work["text.txt"], "--json").Json.GetProperty("loss").GetDouble();
}
