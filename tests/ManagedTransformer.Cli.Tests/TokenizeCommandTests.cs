using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ManagedTransformer.Cli.Terminals;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary><c>mt tokenize</c> and <c>mt train-tokenizer</c>.</summary>
public sealed class TokenizeCommandTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("bpe", 300)]
    [InlineData("unigram", 60)]
    [InlineData("wordpiece", 60)]
    public void ALearntTokenizerGivesBackTexts(string type, int vocab)
    {
        File.WriteAllText(_work["text.txt"], string.Concat(Enumerable.Repeat("the cat sat on the mat and the dog sat on the cat\n", 20)));
        string[] arguments = ["train-tokenizer", _work["text.txt"], "--type", type, "--vocab", $"{vocab}", "--out", _work["t.json"]];
        Assert.Equal(0, Workspace.Run(arguments).ExitCode);
        JsonElement line = Assert.Single(Tokenize("{\"text\":\"the dog sat\"}\n", 0));
        Assert.Equal("the dog sat", line.GetProperty("decoded").GetString());
        int[] ids = [.. line.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
        Assert.True(ids.Length < 8, $"{ids.Length} tokens");
        JsonElement decoded = Assert.Single(Tokenize($"{{\"ids\":[{string.Join(',', ids)}]}}\n", 0));
        Assert.Equal("the dog sat", decoded.GetProperty("decoded_skip_special").GetString());
    }

    [Fact]
    public void ALineThatCannotBeEncodedIsAnErrorAndTheRunGoesOn()
    {
        File.WriteAllText(_work["t.json"],
            """{"model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"?"},"pre_tokenizer":{"type":"WhitespaceSplit"}}""");
        JsonElement[] lines = Tokenize("{\"text\":\"b\"}\nnonsense\n{\"text\":\"a a\"}\n", 1);
        Assert.Equal(3, lines.Length);
        Assert.Contains("'b'", lines[0].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains("JSON", lines[1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(["a", "a"], lines[2].GetProperty("tokens").EnumerateArray().Select(token => token.GetString()));
    }

    [Theory]
    [InlineData("{\"text\":\"a\",\"add_specials\":false}", "'add_specials' is unknown")]
    [InlineData("{\"text\":\"a\",\"text\":\"a\"}", "'text' occurs twice")]
    [InlineData("{\"text\":\"a\",\"ids\":[0]}", "has both")]
    [InlineData("{\"ids\":[-1]}", "not negative")]
    [InlineData("{\"ids\":[4294967296]}", "whole numbers")]
    public void ALineThatSaysTooMuchIsAnError(string line, string mention)
    {
        File.WriteAllText(_work["t.json"],
            """{"model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"},"pre_tokenizer":{"type":"WhitespaceSplit"}}""");
        JsonElement[] lines = Tokenize($"{{\"text\":\"a\"}}\n{line}\n", 1);
        Assert.StartsWith("Line 2: ", lines[1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains(mention, lines[1].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void BytesThatAreNoUtf8AreAnError()
    {
        File.WriteAllText(_work["t.json"],
            """{"model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"},"pre_tokenizer":{"type":"WhitespaceSplit"}}""");
        byte[] text = [.. "a\nb "u8, 0xFF, .. "\na\n"u8];
        using StringWriter output = new(), error = new();
        using MemoryStream stream = new(text);
        Assert.Equal(1, CommandLine.Run(["tokenize", "--tokenizer", _work["t.json"]], new Terminal(stream, output, error)));
        Assert.Equal("0\n\n0\n", output.ToString().ReplaceLineEndings("\n"));
        Assert.Contains("Line 2: The line is not valid UTF-8.", error.ToString(), StringComparison.Ordinal);

        File.WriteAllBytes(_work["text.txt"], text);
        foreach (string type in (string[])["unigram", "wordpiece"])
        {
            Workspace.Run("train-tokenizer", _work["text.txt"], "--type", type, "--vocab", "300", "--out", _work["new.json"])
                .AssertFails(1, "text.txt", "line 2", "UTF-8");
        }

        Assert.False(File.Exists(_work["new.json"]));
    }

    [Theory]
    [InlineData("""{"type":"char","characters":"ab"}""", 2)]
    [InlineData("""{"type":"byte"}""", 256)]
    [InlineData("""{"model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"},"pre_tokenizer":{"type":"WhitespaceSplit"}}""", 1)]
    public void AnIdOutsideTheVocabularyIsAnErrorAndTheRunGoesOn(string tokenizer, int size)
    {
        File.WriteAllText(_work["t.json"], tokenizer);
        JsonElement[] lines = Tokenize($"{{\"ids\":[0,{size}]}}\n{{\"ids\":[{size - 1}]}}\n", 1);
        Assert.Equal($"Line 1: The id {size} is none of the vocabulary's {size}.", lines[0].GetProperty("error").GetString());
        Assert.True(lines[1].TryGetProperty("decoded", out _));
    }

    [Fact]
    public void ALineThatIsTooLongIsAnErrorAndTheRunGoesOn()
    {
        File.WriteAllText(_work["t.json"],
            """{"model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"},"pre_tokenizer":{"type":"WhitespaceSplit"}}""");
        JsonElement[] lines = Tokenize($"{new string('a', 17 << 20)}\n{{\"text\":\"a\"}}\n", 1);
        Assert.Equal("Line 1: The line is longer than 16 MiB.", lines[0].GetProperty("error").GetString());
        Assert.Equal(["a"], lines[1].GetProperty("tokens").EnumerateArray().Select(token => token.GetString()));
    }

    [Fact]
    public void ATokenizerReplacesFilesAloneAndGetsItsFolder()
    {
        _work.Write("text.txt", "the cat sat on the mat\n");
        Train(_work["new/folder/t.json"]);
        Assert.True(File.Exists(_work["new/folder/t.json"]));
        Train(_work["new/folder/t.json"]);
        Workspace.Run("train-tokenizer", _work["text.txt"], "--vocab", "260", "--out", _work["new"])
            .AssertFails(CommandLine.Failed, $"'{_work["new"]}' is a folder");

        // Neither the text itself, nor one that is a tokenizer, nor JSON of another kind.
        _work.Write("package.json", """{"type":"module"}""");
        foreach ((string text, string target, string why) in ((string, string, string)[])
            [
                ("text.txt", "text.txt", "is what this command reads"),
                ("new/folder/t.json", "new/folder/../folder/t.json", "is what this command reads"),
                ("new/folder/t.json", "package.json", "exists and is no tokenizer.json, so it is not replaced"),
            ])
        {
            byte[] before = File.ReadAllBytes(_work[target]);
            Workspace.Run("train-tokenizer", _work[text], "--vocab", "260", "--out", _work[target])
                .AssertFails(CommandLine.Failed, target, why);
            Assert.Equal(before, File.ReadAllBytes(_work[target]));
        }

        _work.Write("empty.json", "");
        Train(_work["empty.json"]);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Devices of other systems may have positions.");
        File.CreateSymbolicLink(_work["link"], "/dev/zero");
        Workspace.Run("train-tokenizer", _work["missing.txt"], "--vocab", "260", "--out", _work["link"])
            .AssertFails(CommandLine.Failed, $"'{_work["link"]}' is a pipe or a device");

        void Train(string output) =>
            Assert.Equal(0, Workspace.Run("train-tokenizer", _work["text.txt"], "--vocab", "260", "--out", output).ExitCode);
    }

    [Fact]
    public void TrainingReadsGzipAndTheBenchmarkMeasures()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("the cat <unk> sat on the mat</s>\n", 200)));
        using (FileStream file = File.Create(_work["text.txt.gz"]))
        using (GZipStream gzip = new(file, CompressionLevel.Fastest))
        {
            gzip.Write(text);
        }

        string[] training = ["train-tokenizer", _work["text.txt.gz"], "--type", "unigram", "--vocab", "40", "--out", _work["t.json"]];
        Assert.Equal(0, Workspace.Run(training).ExitCode);
        ToolResult result = Workspace.Run(
            "bench", "tokenize", "--tokenizer", _work["t.json"], "--data", _work["text.txt.gz"], "--rounds", "2", "--json");
        Assert.Equal(0, result.ExitCode);
        JsonElement measured = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(text.Length, measured.GetProperty("bytes").GetInt64());
        Assert.True(measured.GetProperty("tokens").GetInt64() > 200 && measured.GetProperty("mb_per_s").GetDouble() > 0);
    }

    private JsonElement[] Tokenize(string input, int exitCode)
    {
        using StringWriter output = new(), error = new();
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(input));
        Assert.Equal(exitCode,
            CommandLine.Run(["tokenize", "--tokenizer", _work["t.json"], "--jsonl", "--json"], new Terminal(stream, output, error)));
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
