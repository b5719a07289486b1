using System.Text.Json.Nodes;
using ManagedTransformer.Generation;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Checkpoints.HuggingFace;

/// <summary>
/// What the files beside a GPT-2's vocabulary change about the ids of a text. Expected ids follow transformers' GPT2Tokenizer.
/// </summary>
public sealed class Gpt2TokenizerTests : IDisposable
{
    private const string Text = "the cat sat";

    private readonly TemporaryFolder _folder = new();
    private readonly Gpt2Sample _sample = new();

    public static TheoryData<bool> Forms => [true, false];

    private int EndOfText => _sample.Tokenizer.SpecialTokens.Single().Id;

    private int[] Plain => _sample.Tokenizer.Encode(Text);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Forms))]
    public void ATokenForTheBeginningIsPutBeforeEveryText(bool json)
    {
        Assert.Equal(Plain, Ids(json, """{ "add_bos_token": false, "bos_token": "<|endoftext|>" }"""));
        Assert.Equal([EndOfText, .. Plain], Ids(json, """{ "add_bos_token": true }"""));
        Assert.Equal([EndOfText, .. Plain],
            Ids(json, """{ "add_bos_token": true, "bos_token": { "content": "<|endoftext|>", "lstrip": false } }"""));
        Assert.Equal([EndOfText], Ids(json, """{ "add_bos_token": true }""", ""));
        Assert.Equal([EndOfText + 1, .. Plain], Ids(json, """{ "add_bos_token": true, "bos_token": "[BOS]" }"""));
        Refuse(json, """{ "add_bos_token": true, "bos_token": null }""", "no bos_token is named");
        Refuse(json, """{ "add_bos_token": "yes" }""", "add_bos_token must be true or false");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void ASpaceIsPutBeforeTexts(bool json)
    {
        Assert.Equal(_sample.Tokenizer.Encode($" {Text}"), Ids(json, """{ "add_prefix_space": true }"""));
        Assert.Equal(_sample.Tokenizer.Encode($" {Text}"), Ids(json, """{ "add_prefix_space": true }""", $" {Text}"));
        Assert.Equal(Plain, Ids(json, """{ "add_prefix_space": false }"""));

        // The settings count more than the tokenizer's file; without them the file decides.
        JsonNode file = JsonNode.Parse(File.ReadAllText(_sample.Write(_folder["spaced"]) + "/tokenizer.json"))!;
        file["pre_tokenizer"]!["add_prefix_space"] = true;
        File.WriteAllText(_folder["spaced/tokenizer.json"], file.ToJsonString());
        Assert.Equal(_sample.Tokenizer.Encode($" {Text}"), LanguageModel.Load(_folder["spaced"]).Tokenizer.Encode(Text));
        File.WriteAllText(_folder["spaced/tokenizer_config.json"], """{ "add_prefix_space": false }""");
        Assert.Equal(Plain, LanguageModel.Load(_folder["spaced"]).Tokenizer.Encode(Text));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void TokensThatOnlyTheSettingsNameAreFound(bool json)
    {
        int[] cat = _sample.Tokenizer.Encode("cat"), dog = _sample.Tokenizer.Encode(" dog");
        const string text = "cat[PAD] dog";
        int[] expected = [.. cat, EndOfText + 1, .. dog];
        Assert.NotEqual(expected, Ids(json, "{}", text));
        Assert.Equal(expected, Ids(json, """{ "pad_token": "[PAD]" }""", text));
        Assert.Equal(expected, Ids(json, """{ "additional_special_tokens": ["[PAD]"] }""", text));
        Assert.Equal(expected, Ids(json, """{ "extra_special_tokens": { "padding": "[PAD]" } }""", text));
        Assert.Equal(expected, Ids(json, Decoder(EndOfText + 1), text));
        File.WriteAllText(_folder["gpt2/special_tokens_map.json"], """{ "pad_token": "[NONE]" }""");
        Assert.Equal(expected, Ids(json, Decoder(EndOfText + 1), text));
        Assert.Equal(expected, Ids(json, """{ "additional_special_tokens": ["[NONE]"] }""", "cat[NONE] dog"));
        File.Delete(_folder["gpt2/special_tokens_map.json"]);

        // Older folders have a list of ids.
        File.WriteAllText(_folder["gpt2/added_tokens.json"], $$"""{ "[B]": {{EndOfText + 2}}, "[PAD]": {{EndOfText + 1}} }""");
        Assert.Equal([.. expected, EndOfText + 2], Ids(json, null, $"{text}[B]"));
        File.Delete(_folder["gpt2/added_tokens.json"]);

        Refuse(json, Decoder(EndOfText + 2), $"has the id {EndOfText + 2}, but the vocabulary gives it the id {EndOfText + 1}");
        Refuse(json, Decoder(EndOfText + 1).Replace("\"lstrip\":false", "\"lstrip\":true", StringComparison.Ordinal), "'lstrip'");
        Refuse(json, """{ "added_tokens_decoder": { "one": {} } }""", "'one'");
        Refuse(json, """{ "pad_token": 7 }""", "pad_token must be");
    }

    [Fact]
    public void AnEntryOfTheVocabularyBecomesSpecialByBeingNamed()
    {
        _sample.Write(_folder["gpt2"], tokenizerJson: false);
        JsonObject vocabulary = JsonNode.Parse(File.ReadAllText(_folder["gpt2/vocab.json"]))!.AsObject();
        vocabulary["[PAD]"] = EndOfText + 1;
        vocabulary["<extra>"] = EndOfText + 2;
        File.WriteAllText(_folder["gpt2/vocab.json"], vocabulary.ToJsonString());

        // Without settings their form is all that tells special tokens.
        ITokenizer tokenizer = LanguageModel.Load(_folder["gpt2"]).Tokenizer;
        Assert.Throws<InputException>(() => tokenizer.Encode("<extra>"));
        Assert.NotEqual([EndOfText + 1], tokenizer.Encode("[PAD]"));
        File.WriteAllText(_folder["gpt2/tokenizer_config.json"], Decoder(EndOfText + 1));
        tokenizer = LanguageModel.Load(_folder["gpt2"]).Tokenizer;
        Assert.Equal([EndOfText + 1, EndOfText], LimitedTokenizer.WholeOf(tokenizer).Encode("[PAD]<|endoftext|>"));
        Assert.DoesNotContain(EndOfText + 2, tokenizer.Encode("<extra>"));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void OtherSettingsThatChangeIdsAreRefused(bool json)
    {
        Refuse(json, """{ "tokenizer_class": "RobertaTokenizer" }""", "tokenizer_class is 'RobertaTokenizer'");
        Refuse(json, """{ "add_eos_token": true }""", "add_eos_token is true");
        Refuse(json, """{ "split_special_tokens": true }""", "split_special_tokens is true");
        Refuse(json, "[]", "tokenizer_config.json' is not a JSON object");
        Assert.Equal(Plain,
            Ids(json, """{ "tokenizer_class": "GPT2TokenizerFast", "model_max_length": 8, "errors": "replace", "add_eos_token": null }"""));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void IdsBeyondTheTableAreRefusedWhereTheyOccur(bool json)
    {
        // The sample's table has one id more than its tokenizer.
        Write(json, """{ "additional_special_tokens": ["[A]", "[B]\n"] }""");
        LanguageModel model = LanguageModel.Load(_folder["gpt2"]);
        Assert.Equal(_sample.Vocabulary, model.Tokenizer.VocabularySize);
        Assert.Equal([.. Plain, EndOfText + 1], model.Tokenizer.Encode($"{Text}[A]"));
        string message = Assert.Throws<InputException>(() => model.Generate($"{Text}[B]\n")).Message;
        Assert.Contains($@"'[B]\u000a' with the id {EndOfText + 2}", message, StringComparison.Ordinal);
        Assert.NotEmpty(string.Concat(model.Generate(Text, new GenerationOptions { MaxTokens = 5 })));

        // Neither folder of a conversion loses the surplus token.
        model.Save(_folder["ours"]);
        LanguageModel.Load(_folder["ours"]).SaveAsGpt2(_folder["exported"]);
        foreach (string folder in (string[])["ours", "exported"])
        {
            ITokenizer again = LanguageModel.Load(_folder[folder]).Tokenizer;
            Assert.Equal(message, Assert.Throws<InputException>(() => again.Encode("[B]\n")).Message);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void ConversionsKeepWhatTheSettingsSay(bool json)
    {
        int[] expected = Ids(json, """{ "add_bos_token": true, "add_prefix_space": true, "pad_token": "[PAD]" }""", "cat[PAD] dog");
        Assert.Equal(EndOfText, expected[0]);
        Assert.Contains(EndOfText + 1, expected);
        LanguageModel.Load(_folder["gpt2"]).Save(_folder["ours"]);
        LanguageModel.Load(_folder["ours"]).SaveAsGpt2(_folder["exported"]);
        Assert.Equal(expected, LanguageModel.Load(_folder["exported"]).Tokenizer.Encode("cat[PAD] dog"));
        File.Delete(_folder["exported/tokenizer.json"]);
        Assert.Equal(expected, LanguageModel.Load(_folder["exported"]).Tokenizer.Encode("cat[PAD] dog"));
    }

    private static string Decoder(int id) =>
        $$"""
        { "added_tokens_decoder": { "{{id}}": {"content":"[PAD]","lstrip":false,"normalized":false,"rstrip":false,"single_word":false,"special":true} } }
        """;

    private int[] Ids(bool json, string? settings, string text = Text)
    {
        Write(json, settings);
        return LimitedTokenizer.WholeOf(LanguageModel.Load(_folder["gpt2"]).Tokenizer).Encode(text);
    }

    private void Refuse(bool json, string settings, string expected)
    {
        Write(json, settings);
        string message = Assert.Throws<InputException>(() => LanguageModel.Load(_folder["gpt2"])).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("tokenizer_config.json", message, StringComparison.Ordinal);
    }

    private void Write(bool json, string? settings)
    {
        _sample.Write(_folder["gpt2"], tokenizerJson: json);
        File.Delete(_folder["gpt2/tokenizer_config.json"]);
        if (settings is not null)
        {
            File.WriteAllText(_folder["gpt2/tokenizer_config.json"], settings);
        }
    }
}
