using System.Text.Json;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>What <c>mt convert --from</c> and <c>mt info</c> say of checkpoints that cannot be used, and what they leave behind: nothing.
/// </summary>
public sealed class ImportFailureTests : IDisposable
{
    private static readonly string _spans = Path.Combine(ImportedCase.Folder, "all_attention_legacy.pt"),
        _fairseq = Path.Combine(ImportedCase.Folder, "fairseq07_lm_inproj_module_zip.pt"),
        _linear = Path.Combine(ImportedCase.Folder, "fast_transformers_elu_plain_zip.pt");

    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("all_attention_legacy.pt", "xlm", "params")]
    [InlineData("all_attention_legacy.pt", "fairseq", "args")]
    [InlineData("all_attention_legacy.pt", "delight", "args")]
    [InlineData("all_attention_legacy.pt", "t2r", "args")]
    [InlineData("all_attention_legacy.pt", "fast-transformers", "query_projection")]
    [InlineData("fairseq07_lm_inproj_module_zip.pt", "adaptive-span", "key_pe")]
    [InlineData("fairseq07_lm_inproj_module_zip.pt", "delight", "delight")]
    [InlineData("fast_transformers_elu_plain_zip.pt", "all-attention", "model")]
    [InlineData("plain_tensors_zip.pt", "fast-transformers", "query_projection")]
    [InlineData("plain_tensors_zip.json", "plain", "not a PyTorch checkpoint")]
    [InlineData("nothing.pt", "plain", "nothing.pt")]
    [InlineData("all_attention_legacy.data", "plain", "all_attention_legacy.data")]
    public void OfAnotherKind(string file, string kind, string word)
    {
        string[] heads = kind == "fast-transformers" ? ["--heads", "2"] : [];
        Fails(1, [file, word], [Path.Combine(ImportedCase.Folder, file), "--from", kind, .. heads]);
    }

    [Fact]
    public void OptionsThatAreMissingOrDoNotApply()
    {
        Fails(1, ["--heads"], _linear, "--from", "fast-transformers");
        Fails(1, ["5 heads"], _linear, "--from", "fast-transformers", "--heads", "5");
        Fails(2, ["--heads"], _fairseq, "--from", "fairseq", "--heads", "4");
        Fails(2, ["--ramp"], _spans, "--from", "adaptive-span", "--ramp", "0");
        Fails(2, ["--ema"], _spans, "--from", "adaptive-span", "--ema");
        Fails(2, ["'tensorflow'", "xlm"], _spans, "--from", "tensorflow");
        Fails(2, ["--heads", "--from"], _spans, "--heads", "4");
        Fails(2, ["--to"], _fairseq, "--from", "fairseq", "--to", "gpt2");
        Fails(2, ["--rename", "OURS=THEIRS"], _fairseq, "--from", "fairseq", "--rename", "embed.weight");
        Fails(2, ["--rename", "twice"], _fairseq, "--from", "fairseq", "--rename", "a=b", "--rename", "a=c");
        Fails(1, ["'a'", "--rename"], _fairseq, "--from", "fairseq", "--rename", "a=b");
        Fails(1, ["extra_state.ema"], _fairseq, "--from", "fairseq", "--ema");
        Fails(2, ["'fourier'", "favor"], _linear, "--from", "fast-transformers", "--heads", "4", "--attention", "fourier");
        Workspace.Run("convert", _fairseq, "--from", "fairseq").AssertFails(2, "--out");
    }

    [Fact]
    public void VocabulariesThatDoNotFit()
    {
        Fails(1, [_work["nowhere"]], _spans, "--from", "adaptive-span", "--data", _work["nowhere"]);
        Fails(1, ["train.txt"], _spans, "--from", "adaptive-span", "--data", Path.GetDirectoryName(_work["text.txt"])!);
        _work.Write("data/train.txt", "a b c\n");
        Fails(1, ["4 entries", "the model 11", "corpus"], _spans, "--from", "adaptive-span", "--data", _work["data"]);
        _work.Write("data/dict.txt", "a 1\nb\n");
        Fails(1, ["Line 2", "dict.txt"], _fairseq, "--from", "fairseq", "--data", _work["data"]);
        _work.Write("data/dict.txt", "a 1\na 1\n");
        Fails(1, ["Line 2", "'a' again"], _fairseq, "--from", "fairseq", "--data", _work["data"]);
        _work.Write("data/dict.txt", "a 1\n");
        Fails(1, ["5 entries", "64"], _fairseq, "--from", "fairseq", "--data", _work["data"]);
    }

    [Fact]
    public void FoldersThatAreNotFreeAreLeftAsTheyAre()
    {
        _work.Write("full/mine.txt", "mine");
        Workspace.Run("convert", _fairseq, "--from", "fairseq", "--out", _work["full"]).AssertFails(1, "full", "not an empty folder");
        Assert.Equal([_work["full/mine.txt"]], Directory.GetFileSystemEntries(_work["full"]));
        Workspace.Run("convert", _fairseq, "--from", "fairseq", "--out", _work["text.txt"]).AssertFails(1, "text.txt");
        Workspace.Run("convert", _fairseq, "--from", "fairseq", "--out", _work["text.txt/deeper"]).AssertFails(1, "text.txt/deeper");
    }

    [Fact]
    public void FilesThatAreDamaged()
    {
        byte[] whole = File.ReadAllBytes(_fairseq);
        foreach (int length in (int[])[0, 100, whole.Length / 2, whole.Length - 1])
        {
            File.WriteAllBytes(_work["cut.pt"], whole[..length]);
            Fails(1, ["cut.pt"], _work["cut.pt"], "--from", "fairseq");
            Workspace.Run("info", _work["cut.pt"]).AssertFails(1, "cut.pt");
        }

        // A changed weight is found by its checksum, when it is read.
        whole[whole.Length / 2] ^= 1;
        File.WriteAllBytes(_work["cut.pt"], whole);
        Fails(1, ["checksum", "cut.pt"], _work["cut.pt"], "--from", "fairseq");
        string error = Workspace.Run("convert", _work["cut.pt"], "--from", "fairseq", "--out", _work["out"], "--json").Output;
        Assert.Contains("checksum", JsonDocument.Parse(Assert.Single(ToolResult.Lines(error))).RootElement.GetProperty("error").GetString(),
            StringComparison.Ordinal);
        Assert.False(Path.Exists(_work["out"]));
    }

    [Fact]
    public void InfoListsTensorsAndSettingsOfBothContainers()
    {
        JsonElement zip = Workspace.Run("info", _fairseq, "--json").Json, legacy = Workspace.Run("info", _spans, "--json").Json;
        Assert.Equal("pytorch", zip.GetProperty("architecture").GetString());
        JsonElement arguments = zip.GetProperty("configuration").GetProperty("args");
        Assert.Equal(4, arguments.GetProperty("decoder_attention_heads").GetInt32());
        JsonElement tensor = legacy.GetProperty("tensors").EnumerateArray()
            .First(tensor => tensor.GetProperty("name").GetString() == "model.module.key_pe");
        Assert.Equal("float32", tensor.GetProperty("dtype").GetString());
        Assert.Equal([1, 8, 128], tensor.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
        Assert.Equal(1, legacy.GetProperty("configuration").GetProperty("iter_no").GetInt32());

        string text = Workspace.Run("info", _fairseq).Output;
        Assert.Contains("decoder_attention_heads", text, StringComparison.Ordinal);
        Assert.Contains("model.module.decoder.layers.0.self_attn.in_proj_weight", text, StringComparison.Ordinal);
        Assert.Contains("float32", text, StringComparison.Ordinal);
    }

    private void Fails(int exitCode, string[] words, params string[] arguments)
    {
        string[] before = Directory.GetFileSystemEntries(Path.GetDirectoryName(_work["out"])!);
        Workspace.Run(["convert", .. arguments, "--out", _work["out"]]).AssertFails(exitCode, words);
        Assert.Equal(before.Order(), Directory.GetFileSystemEntries(Path.GetDirectoryName(_work["out"])!).Order());
    }
}
