using System.Text.Json.Nodes;
using ManagedTransformer.Tests.Data;
using Xunit;

namespace ManagedTransformer.Tests.Checkpoints.HuggingFace;

/// <summary>Which tokens end a text, as the files of a folder say.</summary>
public sealed class EndOfTextTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Gpt2Sample _sample = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("7", null, new[] { 7 })]
    [InlineData("[7, 9]", null, new[] { 7, 9 })]
    [InlineData("null", null, null)]
    [InlineData("7", "5", new[] { 5 })]
    [InlineData("7", "[5, 6]", new[] { 5, 6 })]
    [InlineData(null, "5", new[] { 5 })]
    public void TheFilesNameThem(string? config, string? generationConfig, int[]? expected)
    {
        LanguageModel model = Read(config, generationConfig);
        Assert.Equal(expected, model.Description.EndOfText);
        model.Save(_folder["ours"]);
        Assert.Equal(expected, LanguageModel.Load(_folder["ours"]).Description.EndOfText);
        model.SaveAsGpt2(_folder["exported"]);
        Assert.Equal(
            expected ?? [_sample.Tokenizer.SpecialTokens.Single().Id], LanguageModel.Load(_folder["exported"]).Description.EndOfText);
    }

    [Fact]
    public void WhereNoFileSaysItIsTheTokenizersOwn() =>
        Assert.Equal([_sample.Tokenizer.SpecialTokens.Single().Id], Read(null, null).Description.EndOfText!);

    [Theory]
    [InlineData("\"end\"")]
    [InlineData("-1")]
    [InlineData("[1, 2.5]")]
    public void AnythingElseIsRefused(string value)
    {
        InputException e = Assert.Throws<InputException>(() => Read(value, null));
        Assert.Contains("config.json", e.Message, StringComparison.Ordinal);
        Assert.Contains("eos_token_id", e.Message, StringComparison.Ordinal);
    }

    private LanguageModel Read(string? config, string? generationConfig)
    {
        if (config is not null)
        {
            _sample.Config["eos_token_id"] = JsonNode.Parse(config);
        }

        string path = _sample.Write(_folder["gpt2"]);
        if (generationConfig is not null)
        {
            File.WriteAllText(Path.Combine(path, "generation_config.json"), $$"""{"eos_token_id": {{generationConfig}}}""");
        }

        return LanguageModel.Load(path);
    }
}
