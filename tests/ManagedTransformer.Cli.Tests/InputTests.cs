using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>
/// Texts as they come: byte-order marks, line ends, UTF-16, damaged archives, empty lines, sentences that are too long, commas in
/// paths.
/// </summary>
public sealed class InputTests : IDisposable
{
    private const string Short = "die katze";
    private static readonly byte[] _mark = [0xEF, 0xBB, 0xBF];

    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("char", "")]
    [InlineData("word", "")]
    [InlineData("bpe", ", \"vocab\": 280")]
    [InlineData("byte", "")]
    [InlineData("used_byte", "")]
    public void MarksAndLineEndsChangeNothingAndUtf16IsRefused(string type, string more)
    {
        string tokenizer = $"\"tokenizer\": {{ \"type\": \"{type}\"{more} }}, \"data\"";
        _work.Write("recipe.json", Workspace.TinyRecipe.Replace("\"data\"", tokenizer, StringComparison.Ordinal));
        string text = File.ReadAllText(_work["text.txt"]);
        File.WriteAllBytes(_work["windows.txt"], [.. _mark, .. Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"))]);
        File.WriteAllBytes(_work["utf16.txt"], Encoding.Unicode.GetBytes(text));
        double loss = _work.Train("plain", "--json").Json.GetProperty("loss").GetDouble();
        string[] arguments = ["train", _work["recipe.json"], "--data", _work["windows.txt"], "--out", _work["windows"], "--json"];
        JsonElement windows = Workspace.Run(arguments).Json;
        Assert.Equal(loss, windows.GetProperty("loss").GetDouble());
        Assert.Equal(File.ReadAllBytes(_work["plain/best/tokenizer.json"]), File.ReadAllBytes(_work["windows/best/tokenizer.json"]));
        Assert.Equal(Score("text.txt"), Score("windows.txt"));
        Workspace.Run("eval", _work["plain"], "--data", _work["utf16.txt"]).AssertFails(1, "utf16.txt", "UTF-16LE", "iconv");
        Workspace.Run("train", _work["recipe.json"], "--data", _work["utf16.txt"], "--out", _work["none"])
            .AssertFails(1, "utf16.txt", "UTF-16LE");

        string prompt = Generate("the cat\n"u8.ToArray());
        Assert.Equal(prompt, Generate([.. _mark, .. "the cat\r\n"u8]));
        Assert.Equal(prompt, Workspace.Run("generate", _work["plain"], "--prompt", "\uFEFFthe cat\r\n", "--tokens", "5").Output);
        arguments = ["generate", _work["plain"], "--prompt", "-", "--tokens", "5"];
        Workspace.RunWithInput(Encoding.Unicode.GetBytes("the cat"), arguments).AssertFails(1, "standard input", "UTF-16LE");
        Workspace.RunWithInput([.. "the\ncat"u8, 0xFF], arguments).AssertFails(1, "Line 2 of standard input", "UTF-8");

        string Score(string file) => Workspace.Run("eval", _work["plain"], "--data", _work[file], "--split", "all", "--json").Output;

        string Generate(byte[] input) => Workspace.RunWithInput(input, "generate", _work["plain"], "--prompt", "-", "--tokens", "5").Output;
    }

    [Theory]
    [InlineData("char", "")]
    [InlineData("word", "")]
    [InlineData("bpe", ", \"vocab\": 280")]
    [InlineData("byte", null)]
    [InlineData("used_byte", null)]
    public void OnlyTokenizersOfBytesTakeWhatIsNotUtf8(string type, string? more)
    {
        string tokenizer = $"\"tokenizer\": {{ \"type\": \"{type}\"{more} }}, \"data\"";
        _work.Write("recipe.json", Workspace.TinyRecipe.Replace("\"data\"", tokenizer, StringComparison.Ordinal));
        byte[] text = File.ReadAllBytes(_work["text.txt"]);
        File.WriteAllBytes(_work["latin.txt"], [.. text, .. Encoding.Latin1.GetBytes("grün\n"), .. text]);
        string line = $"Line {text.Count(value => value == '\n') + 1} of '{_work["latin.txt"]}' is not UTF-8";
        ToolResult trained = Workspace.Run("train", _work["recipe.json"], "--data", _work["latin.txt"], "--out", _work["latin"]);
        Assert.Equal(0, _work.Train("plain").ExitCode);
        if (more is null)
        {
            Assert.True(trained.ExitCode == 0, trained.Error);
            Assert.Equal(type == "byte" ? 0 : 1, Workspace.Run("eval", _work["plain"], "--data", _work["latin.txt"]).ExitCode);
            return;
        }

        trained.AssertFails(1, line);
        Workspace.Run("eval", _work["plain"], "--data", _work["latin.txt"]).AssertFails(1, line);
        Workspace.Run("eval", _work["plain"], "--data", _work["latin.txt"], "--split", "train").AssertFails(1, line);
    }

    [Fact]
    public void RawTextKeepsItsBytesInTrainingAndEvaluation()
    {
        _work.Write("recipe.json", Workspace.TinyRecipe.Replace(
            "\"data\": {", "\"tokenizer\": { \"type\": \"used_byte\" }, \"data\": { \"raw\": true,", StringComparison.Ordinal));
        _work.Write("text.txt", File.ReadAllText(_work["text.txt"]).ReplaceLineEndings("\r\n"));
        Assert.Equal(0, _work.Train("out").ExitCode);
        long length = new FileInfo(_work["text.txt"]).Length;
        Assert.Equal(length - 1, Workspace.Run("eval", _work["out"], "--split", "all", "--json").Json.GetProperty("tokens").GetInt64());
        _work.Write("other.txt", File.ReadAllText(_work["text.txt"]));
        JsonElement other = Workspace.Run("eval", _work["out"], "--data", _work["other.txt"], "--json").Json;
        Assert.Equal(length - 1, other.GetProperty("tokens").GetInt64());
    }

    [Fact]
    public void ArchivesThatAreNotWholeAreRefusedByEveryReader()
    {
        TrainTranslation();
        Assert.Equal(0, _work.Train("lm").ExitCode);
        string text = Compress("text.txt"), pairs = Compress("pairs.tsv"), source = Compress("source.txt"), target = Compress("target.txt");
        Assert.Equal(0, Workspace.Run("eval", _work["lm"], "--data", text).ExitCode);
        Assert.Equal(0, Workspace.Run("eval", _work["model"], "--data", $"{source},{target}").ExitCode);
        foreach (string file in (string[])[text, pairs, source])
        {
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..^8]);
        }

        Workspace.Run("train", _work["recipe.json"], "--data", text, "--out", _work["none"]).AssertFails(1, "text.txt.gz", "truncated");
        Workspace.Run("eval", _work["lm"], "--data", text).AssertFails(1, "text.txt.gz", "truncated");
        Workspace.Run("translate", _work["model"], source).AssertFails(1, "source.txt.gz", "truncated");
        Workspace.Run("eval", _work["model"], "--data", $"{source},{target}").AssertFails(1, "source.txt.gz", "truncated");
        Workspace.Run("eval", _work["model"], "--data", pairs).AssertFails(1, "pairs.tsv.gz", "truncated");
        Workspace.Run("train", _work["translation.json"], "--data", pairs, "--out", _work["none"])
            .AssertFails(1, "pairs.tsv.gz", "truncated");
        Assert.False(Directory.Exists(_work["none"]));
    }

    [Fact]
    public void EmptyLinesOfValidationAndTestAreScored()
    {
        TrainTranslation();
        _work.Write("empty.tsv", "die katze\tthe cat\nder hund\t\n\tthe dog\n\t\n");
        JsonElement result = Workspace.Run("eval", _work["model"], "--data", _work["empty.tsv"], "--json").Json;
        Assert.Equal(4, result.GetProperty("sentences").GetInt32());
        // Every target has its end: 3 + 1 + 3 + 1.
        Assert.Equal(8, result.GetProperty("tokens").GetInt64());
        Assert.InRange(result.GetProperty("chrf").GetDouble(), 0, 100);
        ToolResult trained = Train("validated", "--valid", _work["empty.tsv"], "--json");
        Assert.InRange(trained.Json.GetProperty("bleu").GetDouble(), 0, 100);
        Assert.Contains("4 to validate on", trained.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void TrainingLeavesOutWhatIsTooLongUnlessToldOtherwise()
    {
        WritePairs();
        string tooLong = Long(12);
        File.AppendAllText(_work["source.txt"], $"\n{Short}\n{tooLong}\n");
        File.AppendAllText(_work["target.txt"], "\nthe cat\nthe cat\n");
        string data = $"{_work["source.txt"]},{_work["target.txt"]}";
        int line = File.ReadLines(_work["source.txt"]).Count();
        ToolResult trained = Workspace.Run("train", _work["translation.json"], "--data", data, "--out", _work["out"]);
        Assert.Equal(0, trained.ExitCode);
        Assert.Contains("1 too long", trained.Output, StringComparison.Ordinal);
        Assert.Contains($"Line {line} of '{_work["source.txt"]}': the sentence has 13 tokens", trained.Output, StringComparison.Ordinal);
        Assert.Contains("at most 12 (model.max_positions)", trained.Output, StringComparison.Ordinal);
        Workspace.Run("train", _work["translation.json"], "--data", data, "--out", _work["none"], "--too-long", "error")
            .AssertFails(1, $"Line {line} of '{_work["source.txt"]}'", "--too-long");

        WriteRecipe(maxTokens: 10);
        File.WriteAllText(_work["source.txt"], File.ReadAllText(_work["source.txt"]).Replace(tooLong, Long(10), StringComparison.Ordinal));
        trained = Workspace.Run("train", _work["translation.json"], "--data", data, "--out", _work["out"]);
        Assert.Contains($"Line {line} of '{_work["source.txt"]}': the sentence has 11 tokens", trained.Output, StringComparison.Ordinal);
        Assert.Contains("at most 10 tokens (training.max_tokens)", trained.Output, StringComparison.Ordinal);
        WriteRecipe(maxTokens: 1);
        Workspace.Run("train", _work["translation.json"], "--data", data, "--out", _work["none"])
            .AssertFails(1, "source.txt", "every pair", "max_tokens");
    }

    [Fact]
    public void ValidationAndEvaluationRefuseWhatIsTooLongUnlessToldOtherwise()
    {
        TrainTranslation();
        string first = _work.Write("one.tsv", $"{Short}\tthe cat\n");
        string data = _work.Write("valid.tsv", $"{Short}\tthe cat\n{Long(20)}\tthe cat\n");
        string bleu = Workspace.Run("eval", _work["model"], "--data", first, "--json").Json.GetProperty("bleu").GetRawText();
        Workspace.Run("eval", _work["model"], "--data", data).AssertFails(1, $"Line 2 of '{data}'", "21 tokens", "--too-long");
        Train("none", "--valid", data).AssertFails(1, $"Line 2 of '{data}'", "21 tokens", "--too-long");

        ToolResult skipped = Workspace.Run("eval", _work["model"], "--data", data, "--too-long", "skip", "--json");
        Assert.Equal((1, 1), (skipped.Json.GetProperty("sentences").GetInt32(), skipped.Json.GetProperty("too_long").GetInt32()));
        Assert.Equal(bleu, skipped.Json.GetProperty("bleu").GetRawText());
        Assert.Contains($"Line 2 of '{data}'", skipped.Error, StringComparison.Ordinal);
        JsonElement emptied = Workspace.Run("eval", _work["model"], "--data", data, "--too-long", "empty", "--json").Json;
        Assert.Equal((2, 1), (emptied.GetProperty("sentences").GetInt32(), emptied.GetProperty("too_long").GetInt32()));
        Assert.Equal(skipped.Json.GetProperty("loss").GetDouble(), emptied.GetProperty("loss").GetDouble());
        Assert.Contains("1 to validate on", Train("skip", "--valid", data, "--too-long", "skip").Output, StringComparison.Ordinal);
        Assert.Contains("2 to validate on", Train("empty", "--valid", data, "--too-long", "empty").Output, StringComparison.Ordinal);
        _work.Write("all.tsv", $"{Long(20)}\tthe cat\n");
        ToolResult none = Workspace.Run("eval", _work["model"], "--data", _work["all.tsv"], "--too-long", "empty");
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("every pair is too long", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void TranslatingLosesNoLineForOneThatIsTooLong()
    {
        TrainTranslation();
        string input = _work.Write("input.txt", $"{Short}\n{Long(20)}\n{Short}\n");
        string translation = Workspace.RunWithInput(Short, "translate", _work["model"]).Output;

        // A file is refused before anything is translated; what comes bit by bit up to the line.
        Workspace.Run("translate", _work["model"], input).AssertFails(1, $"Line 2 of '{input}'", "21 tokens", "--too-long");
        ToolResult piped = Workspace.RunWithInput(File.ReadAllText(input), "translate", _work["model"]);
        Assert.Equal((1, translation), (piped.ExitCode, piped.Output));
        Assert.StartsWith("Line 2 of standard input: the sentence has 21 tokens", piped.Error, StringComparison.Ordinal);

        (string, string)[] rules = [("skip", translation + translation), ("empty", $"{translation}\n{translation}")];
        foreach ((string rule, string expected) in rules)
        {
            foreach (string batch in (string[])["1", "2", "32", "2000000000"])
            {
                ToolResult result = Workspace.Run("translate", _work["model"], input, "--too-long", rule, "--batch", batch);
                Assert.Equal((0, expected), (result.ExitCode, result.Output));
                Assert.Contains($"Line 2 of '{input}'", Assert.Single(ToolResult.Lines(result.Error)), StringComparison.Ordinal);
                result = Workspace.RunWithInput(File.ReadAllText(input), "translate", _work["model"], "--too-long", rule, "--batch", batch);
                Assert.Equal((0, expected), (result.ExitCode, result.Output));
            }
        }

        string[] lines = ToolResult.Lines(Workspace.Run("translate", _work["model"], input, "--too-long", "empty", "--json").Output);
        Assert.Equal([false, true, false], lines.Select(line => JsonDocument.Parse(line).RootElement.TryGetProperty("too_long", out _)));
    }

    [Fact]
    public void PathsMayHaveCommas()
    {
        WritePairs();
        string folder = _work["a, b/größe, 数据"];
        Directory.CreateDirectory(folder);
        File.Move(_work["source.txt"], Path.Combine(folder, "x.de"));
        File.Move(_work["target.txt"], Path.Combine(folder, "x.en"));
        File.Move(_work["pairs.tsv"], Path.Combine(folder, "x.tsv"));
        string pairs = $"{Path.Combine(folder, "x.de")},{Path.Combine(folder, "x.en")}";
        string valid = Path.Combine(folder, "x.tsv"), recipe = _work["translation.json"];
        Assert.Equal(0, Workspace.Run("train", recipe, "--data", pairs, "--valid", valid, "--out", _work["model"]).ExitCode);
        Assert.Equal(0, Workspace.Run("eval", _work["model"], "--data", pairs).ExitCode);
        Workspace.Run("eval", _work["model"], "--data", pairs + "x").AssertFails(1, pairs + "x", "SOURCE_FILE,TARGET_FILE");
    }

    [Theory]
    [InlineData("translate")]
    [InlineData("tune-exits")]
    public void HelpOfTranslationNamesTranslationModels(string command)
    {
        string help = Workspace.Run(command, "--help").Output;
        Assert.Contains("translation model", help, StringComparison.Ordinal);
        Assert.DoesNotContain("GPT-2", help, StringComparison.Ordinal);
        Assert.Contains("--too-long <error|skip|empty>", help, StringComparison.Ordinal);
        Assert.Contains("A language model:", Workspace.Run("generate", "--help").Output, StringComparison.Ordinal);
        Assert.Contains("A language model:", Workspace.Run("convert", "--help").Output, StringComparison.Ordinal);
        Assert.Contains("sentence pairs", Workspace.Run("eval", "--help").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void APartIsOfWhatTheModelWasTrainedOn()
    {
        TrainTranslation();
        Workspace.Run("eval", _work["model"], "--data", _work["pairs.tsv"], "--split", "test")
            .AssertFails(CommandLine.WrongUsage, "--split", "--data");
        Assert.Equal(0, Workspace.Run("eval", _work["model"], "--split", "train").ExitCode);
    }

    private static string Long(int words) => string.Join(' ', Enumerable.Repeat("katze", words));

    private void WriteRecipe(int maxTokens) => _work.Write(
        "translation.json",
        Workspace.TranslationRecipe.Replace("\"max_tokens\": 60", $"\"max_tokens\": {maxTokens}", StringComparison.Ordinal));

    private string Compress(string name)
    {
        string path = _work[name + ".gz"];
        using GZipStream gzip = new(File.Create(path), CompressionLevel.Optimal);
        gzip.Write(File.ReadAllBytes(_work[name]));
        return path;
    }

    private void WritePairs()
    {
        (string Source, string Target)[] two = [(Short, "the cat"), ("der hund", "the dog")];
        (string Source, string Target)[] pairs = [.. Enumerable.Repeat(two, 10).SelectMany(pair => pair)];
        _work.Write("source.txt", string.Join('\n', pairs.Select(pair => pair.Source)));
        _work.Write("target.txt", string.Join('\n', pairs.Select(pair => pair.Target)));
        _work.Write("pairs.tsv", string.Concat(pairs.Select(pair => $"{pair.Source}\t{pair.Target}\n")));
        _work.Write("translation.json", Workspace.TranslationRecipe);
    }

    private ToolResult Train(string output, params string[] more) =>
        Workspace.Run(["train", _work["translation.json"], "--data", _work["pairs.tsv"], "--out", _work[output], .. more]);

    private void TrainTranslation()
    {
        WritePairs();
        Assert.Equal(0, Train("model").ExitCode);
    }
}
