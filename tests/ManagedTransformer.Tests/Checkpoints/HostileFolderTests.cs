using System.Text.Json;
using System.Text.Json.Nodes;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Inspection;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Checkpoints;

/// <summary>Model folders whose description asks for more than their weights have, or says what no description says.</summary>
public sealed class HostileFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Beyond any memory, were it taken before the weights are looked at.
    [Theory]
    [InlineData("max_positions", "1073741824", "positions.weight")]
    [InlineData("vocab", "268435456", "embed")]
    [InlineData("layers", "1000", "layers.1.")]
    [InlineData("layers", "10000", "at most 1000")]
    [InlineData("dim", "16777216", "the shape")]
    public void SizesThatTheWeightsDoNotHaveAreRefusedBeforeMemoryIsTaken(string key, string value, string expected)
    {
        Save();
        Change(config => config["model"]![key] = JsonNode.Parse(value));
        Assert.Contains(expected, Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"architecture\"", "\"archit\\ud800\"")]
    [InlineData("\"transformer_lm\"", "\"\\udc00\"")]
    [InlineData("\"dim\"", "\"\\ud800\"")]
    [InlineData("\"relu\"", "\"\\u001b[31m\"")]
    public void TextThatIsNoneIsRefused(string before, string after)
    {
        Save();
        string path = _folder["model/config.json"], text = File.ReadAllText(path);
        Assert.Contains(before, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(before, after, StringComparison.Ordinal));
        Assert.DoesNotContain(Refused(), char.IsControl);
        Assert.DoesNotContain(Assert.Throws<InputException>(() => ModelSummary.Of(_folder["model"])).Message, char.IsControl);
    }

    [Fact]
    public void EntriesWithoutEndAreRefused()
    {
        Save();
        File.WriteAllText(_folder["model/config.json"], $"{{\"x\":[{string.Join(',', Enumerable.Repeat('1', 2_000_000))}]}}");
        Assert.Contains("entries", Refused(), StringComparison.Ordinal);
        Assert.Contains("entries", Assert.Throws<InputException>(() => ModelSummary.Of(_folder["model"])).Message,
            StringComparison.Ordinal);
    }

    // Keys that name code for other programs to load are keys that no model of ours has.
    [Fact]
    public void KeysThatNameCodeAreRefused()
    {
        Save();
        Change(config => config["auto_map"] = new JsonObject { ["AutoModel"] = "modeling.Evil" });
        Assert.Contains("unknown key 'auto_map'", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void AListMayHaveNoNull()
    {
        Save();
        Change(config => config["model"]!["memory_positions"] = new JsonArray((JsonNode?)null));
        Assert.Contains("'model.memory_positions[0]' must not be null", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void SinusoidsOfPositionsThatNoTextHasTakeNoMemory()
    {
        CharacterTokenizer characters = CharacterTokenizer.FromText("abc");
        SentenceTokenizer tokenizer = new(characters);
        EncoderDecoderConfig config = new()
        {
            SrcVocab = tokenizer.VocabularySize,
            Vocab = tokenizer.VocabularySize,
            Dim = 8,
            Heads = 2,
            Ffn = 8,
            EncoderLayers = 1,
            DecoderLayers = 1,
            MaxPositions = 64,
        };
        new TranslationModel(
            new EncoderDecoderModel(config, new RandomSource(4)), tokenizer, tokenizer,
            new TranslationDescription { Architecture = Recipe.TransformerTranslation, Model = config }).Save(_folder["model"]);
        string few = TranslationModel.Load(_folder["model"]).Translate("abc");
        Change(json => json["model"]!["max_positions"] = 1 << 30);
        Assert.Equal(few, TranslationModel.Load(_folder["model"]).Translate("abc"));
    }

    [Theory]
    [InlineData(PositionKind.Half, null)]
    [InlineData(PositionKind.Interleaved, 1)]
    public void SinusoidsGrowWithTheTexts(PositionKind kind, int? padding)
    {
        const int most = 20_000;
        AbsolutePositions positions = new(kind, most, 6, padding, 1, new RandomSource(1));
        Tensor table = SinusoidalPositions.Table(most + 2, 6, kind), zero = Tensor.Zeros(new Shape(1, 3, 6));
        Tensor tokens = Tensor.From([5, 6, 7], new Shape(1, 3));
        foreach (int start in (int[])[4094, 0, 9000, 19_997])
        {
            Assert.Equal(table.Slice(0, start + (padding + 1 ?? 0), 3).ToArray(), positions.Add(zero, tokens, [start]).ToArray());
        }

        Assert.Throws<ArgumentException>(() => positions.Add(zero, tokens, [19_998]));
    }

    private void Save()
    {
        CharacterTokenizer tokenizer = CharacterTokenizer.FromText("abc");
        LanguageModelConfig config = new()
        {
            Vocab = tokenizer.VocabularySize,
            Dim = 8,
            Layers = 1,
            Heads = 2,
            Positions = PositionKind.Learned,
            MaxPositions = 16,
        };
        new LanguageModel(
            new CausalLanguageModel(config, new RandomSource(5)), tokenizer,
            new ModelDescription { Architecture = Recipe.TransformerLanguageModel, Model = config, Context = 16 }).Save(_folder["model"]);
    }

    private void Change(Action<JsonObject> change)
    {
        string path = _folder["model/config.json"];
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(config);
        File.WriteAllText(path, config.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        Seal();
    }

    private void Seal()
    {
        File.Delete(_folder["model/manifest.json"]);
        CheckpointManifest.Write(_folder["model"]);
    }

    private string Refused()
    {
        Seal();
        return Assert.Throws<InputException>(() => LanguageModel.Load(_folder["model"])).Message;
    }
}
