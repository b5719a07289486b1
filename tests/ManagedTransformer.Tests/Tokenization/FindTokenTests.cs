using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Tokenization;

/// <summary>Tokens by their text, where words begin with a mark that no other text has.</summary>
public sealed class FindTokenTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a", 3)]
    [InlineData("▁a", 3)]
    [InlineData(".", 4)]
    [InlineData("▁", 2)]
    [InlineData("<0x0A>", 5)]
    [InlineData("<s>", 0)]
    [InlineData("a.", null)]
    [InlineData("", null)]
    public void ATokenIsNamedByItsTextOrAsTheVocabularyWritesIt(string text, int? expected)
    {
        ITokenizer tokenizer = Tokenizer.Load(Write());
        Assert.Equal(expected, Tokenizer.FindToken(tokenizer, text));
    }

    [Fact]
    public void NullIsNamed()
    {
        Assert.Equal("tokenizer", Assert.Throws<ArgumentNullException>(() => Tokenizer.FindToken(null!, "a")).ParamName);
        Assert.Equal("text", Assert.Throws<ArgumentNullException>(() => Tokenizer.FindToken(Tokenizer.Load(Write()), null!)).ParamName);
    }

    // As Llama's: a mark goes before every text, so that no text is a full stop alone.
    private string Write()
    {
        File.WriteAllText(_folder["tokenizer.json"], """
            { "version": "1.0",
              "added_tokens": [{ "id": 0, "content": "<s>", "special": true, "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false }],
              "normalizer": { "type": "Prepend", "prepend": "▁" }, "pre_tokenizer": null, "post_processor": null, "decoder": null,
              "model": { "type": "BPE", "unk_token": null, "byte_fallback": true, "fuse_unk": false, "merges": [["▁", "a"]],
                "vocab": { "<s>": 0, "a": 1, "▁": 2, "▁a": 3, ".": 4, "<0x0A>": 5, "<": 6, "0": 7, "x": 8, "A": 9, ">": 10 } } }
            """);
        return _folder["tokenizer.json"];
    }
}
