using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Tokenization.Pipeline;

/// <summary>What files beside a <c>tokenizer.json</c> change, and that a saved tokenizer keeps it.</summary>
public sealed class FolderSettingsTests : IDisposable
{
    private const string Content = """
        {
          "version": "1.0", "added_tokens": [], "normalizer": null,
          "pre_tokenizer": { "type": "Sequence", "pretokenizers": [ { "type": "ByteLevel", "add_prefix_space": false } ] },
          "post_processor": null, "decoder": { "type": "ByteLevel" },
          "model": { "type": "BPE", "vocab": { "a": 0, "b": 1, "Ġ": 2, "Ġa": 3 }, "merges": ["Ġ a"] }
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mt-settings-");

    public FolderSettingsTests() => Write("tokenizer.json", Content);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void NothingBesideChangesNothing() => Assert.Equal([0, 2, 1], Load().Encode("a b"));

    [Fact]
    public void AllSettingsAreKeptWhenTheTokenizerIsSaved()
    {
        Write("tokenizer_config.json", """
            { "add_bos_token": true, "bos_token": "<s>", "add_eos_token": true, "add_prefix_space": true,
              "eos_token": { "content": "</s>", "lstrip": true, "normalized": false } }
            """);
        Write("special_tokens_map.json", """{ "pad_token": "<pad>" }""");
        PipelineTokenizer loaded = Assert.IsType<PipelineTokenizer>(Load());
        AssertIsChanged(loaded);

        string saved = Path.Combine(_folder.FullName, "saved.json");
        loaded.Save(saved);
        PipelineTokenizer again = Assert.IsType<PipelineTokenizer>(Tokenizer.LoadWithParts(saved));
        AssertIsChanged(again);
        string twice = Path.Combine(_folder.FullName, "twice.json");
        again.Save(twice);
        Assert.Equal(File.ReadAllBytes(saved), File.ReadAllBytes(twice));
    }

    [Fact]
    public void ATokenAroundEveryTextMustBeNamed()
    {
        Write("tokenizer_config.json", """{ "add_bos_token": true }""");
        InputException e = Assert.Throws<InputException>(() => Load());
        Assert.Contains("add_bos_token is true, but no bos_token is named", e.Message, StringComparison.Ordinal);
    }

    private static void AssertIsChanged(PipelineTokenizer tokenizer)
    {
        Assert.Equal([4, 3, 2, 1, 5], tokenizer.Encode("a b"));
        Assert.Equal([4, 3, 5, 2, 1, 5], tokenizer.Encode("a  </s>b"));
        Assert.Equal([3, 6], tokenizer.Encode("a<pad>"u8, addSpecialTokens: false));
        Assert.Equal(" a b", tokenizer.Decode([4, 3, 2, 1, 5], skipSpecialTokens: true));
        Assert.Equal(7, tokenizer.VocabularySize);
    }

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(_folder.FullName, name), content);

    private ITokenizer Load() => Tokenizer.Load(_folder.FullName);
}
