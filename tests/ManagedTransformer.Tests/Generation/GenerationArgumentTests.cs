using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Tokenization.Chat;
using Xunit;

namespace ManagedTransformer.Tests.Generation;

/// <summary>What a program gives models by mistake is refused by the name of the parameter or the option.</summary>
public sealed class GenerationArgumentTests
{
    private const string Half = "a\ud83d";

    private static readonly LanguageModel _model = Model();
    private static readonly TranslationModel _translation = Translator();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void ParametersThatAreNullAreNamed()
    {
        IReadOnlyList<ChatMessage> none = null!;
        string text = null!;
        foreach ((string name, Action call) in new (string, Action)[]
        {
            ("network", () => _ = new LanguageModel(null!, _model.Tokenizer, _model.Description)),
            ("tokenizer", () => _ = new LanguageModel(_model.Network, null!, _model.Description)),
            ("description", () => _ = new LanguageModel(_model.Network, _model.Tokenizer, null!)),
            ("path", () => LanguageModel.Load(null!)),
            ("path", () => LanguageModel.Load("")),
            ("folder", () => LanguageModel.ReadDescription(null!)),
            ("prompt", () => _model.Generate(text)),
            ("prompt", () => _model.GenerateSeveral(text, 2)),
            ("prompt", () => _model.Search(text)),
            ("messages", () => _model.Generate(none)),
            ("messages", () => _model.Search(none)),
            ("messages", () => _model.Generate([new("user", "a"), null!])),
            ("messages", () => _model.Generate([new("user", null!)])),
            ("messages", () => _model.Generate([new(null!, "a")])),
            ("text", () => _model.Embed(text)),
            ("text", () => TextScorer.Score(_model, text, logits: false)),
            ("path", () => _model.Save(null!)),
            ("path", () => _model.SaveNew(null!)),
            ("path", () => _model.SaveAsGpt2(null!)),
            ("path", () => _model.SaveAsLlama(null!)),
            ("path", () => _model.LoadAdapter(null!)),
            ("path", () => TrainedModel.Open(null!)),
            ("folder", () => RecommendedGeneration.Read(null!)),
            ("model", () => TextGenerator.Generate(null!, [1], new(), 2)),
            ("prompt", () => TextGenerator.Generate(_model.Network, null!, new(), 2)),
            ("prompt", () => TextGenerator.Generate(_model.Network, [], new(), 2)),
            ("prompt", () => TextGenerator.Generate(_model.Network, [256], new(), 2)),
            ("options", () => TextGenerator.Generate(_model.Network, [1], null!, 2)),
            ("vocabulary", () => TextGenerator.Generate(_model.Network, [1], new(), 257)),
            ("path", () => TranslationModel.Load(null!)),
            ("folder", () => TranslationModel.ReadDescription(null!)),
            ("sentence", () => _translation.Translate(text)),
            ("sentences", () => _translation.Translate((IEnumerable<string>)null!)),
            ("lines", () => _translation.TranslateStream(null!, "x")),
            ("name", () => _translation.TranslateStream(Stream.Null, null!)),
            ("path", () => _translation.TranslateFile(null!)),
            ("network", () => _ = new TranslationModel(null!, _translation.Source, _translation.Target, _translation.Description)),
            ("source", () => _ = new TranslationModel(_translation.Network, null!, _translation.Target, _translation.Description)),
            ("TranslationOptions.Search", () => _translation.Translate([""], new() { Search = null! })),
            ("TranslationOptions.Prefix", () => _translation.Translate([""], new() { Prefix = null! })),
            ("GenerationOptions.StopStrings", () => _model.Generate("a", new() { StopStrings = null! })),
        })
        {
            Assert.Equal(name, Assert.ThrowsAny<ArgumentException>(call).ParamName);
        }
    }

    [Fact]
    public void EntriesThatAreNullAreNamedByTheirNumber()
    {
        Assert.Contains("Message 2", Assert.Throws<ArgumentException>(() => _model.Generate([new("user", "a"), null!])).Message,
            StringComparison.Ordinal);
        ChatTemplate template = new("a");
        Assert.Contains("Message 2", Assert.Throws<ArgumentException>(() => template.Format([new("user", "a"), null!])).Message,
            StringComparison.Ordinal);
        Assert.Contains("Message 1", Assert.Throws<ArgumentException>(() => template.Format([new("user", null!)])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "Line 2", Assert.Throws<ArgumentException>(() => _translation.Translate(["a", null!], null, Token).ToArray()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ValuesThatNoEnumerationHasAreRefused()
    {
        Assert.Equal("weights", Assert.Throws<ArgumentOutOfRangeException>(() => LanguageModel.Load("none", (DType)77)).ParamName);
        Assert.Equal("weights", Assert.Throws<ArgumentException>(() => new WeightScope((DType)77)).ParamName);
        Assert.Contains("77", Assert.Throws<ArgumentException>(() => Model().Network.RoundWeights((DType)77)).Message,
            StringComparison.Ordinal);
        Assert.Equal("pooling", Assert.Throws<ArgumentOutOfRangeException>(() => _model.Embed("a", (TextPooling)9)).ParamName);
    }

    [Fact]
    public void StopTokensOutsideTheVocabularyAreRefused()
    {
        GenerationOptions options = new() { StopTokens = [65, 256], MaxTokens = 2 };
        foreach (Action call in (Action[])
        [
            () => _model.Generate("a", options), () => _model.Search("a", options),
            () => TextGenerator.Generate(_model.Network, [1], options, 256),
        ])
        {
            Assert.Contains(
                "GenerationOptions.StopTokens has the token 256", Assert.Throws<InputException>(call).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void HalfACharacterIsRefusedAndNeverReplaced()
    {
        foreach ((string name, Action call) in new (string, Action)[]
        {
            ("The prompt", () => _model.Generate(Half)),
            ("The prompt", () => _model.Search("\ude00")),
            ("Message 2", () => _model.Generate([new("user", "a"), new("user", Half)])),
            ("The role of message 1", () => _model.Generate([new(Half, "a")])),
            ("The text", () => _model.Embed(Half)),
            ("The text", () => TextScorer.Score(_model, Half, logits: false)),
            ("A stop string", () => _model.Generate("a", new() { StopStrings = [Half] })),
            ("Line 2", () => _ = _translation.Translate(["red", Half], null, Token).ToArray()),
            ("TranslationOptions.Prefix", () => _translation.Translate(["red"], new() { Prefix = Half })),
        })
        {
            string message = Assert.Throws<InputException>(call).Message;
            Assert.StartsWith(name, message, StringComparison.Ordinal);
            Assert.Contains("half of a character", message, StringComparison.Ordinal);
        }

        Assert.NotEmpty(string.Concat(_model.Generate("\ud83d\ude00", new() { MaxTokens = 5 })));
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\r")]
    public void ATranslationBeginsWithOneLine(string prefix) => Assert.StartsWith(
        "TranslationOptions.Prefix has more than one line",
        Assert.Throws<InputException>(() => _translation.Translate("red", new() { Prefix = prefix })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void ValuesOutOfRangeNameTheirOption()
    {
        Assert.Equal("GenerationOptions.WindowStride",
            Assert.Throws<InputException>(() => _model.Generate("a", new() { WindowStride = 33 })).Option);
        foreach (int beams in (int[])[300, 100_000_000, int.MaxValue])
        {
            Assert.Equal("BeamSearchOptions.Beam", Assert.Throws<InputException>(
                () => _translation.Translate("red", new() { Search = new() { Beam = beams } })).Option);
            InputException refused = Assert.Throws<InputException>(
                () => _model.Search("a", new() { MaxTokens = 2 }, beams, cancellation: Token));
            Assert.Equal("BeamSearchOptions.Beam", refused.Option);
        }
    }

    private static LanguageModel Model()
    {
        LanguageModelConfig config = new()
        {
            Vocab = 256,
            Dim = 8,
            Layers = 1,
            Heads = 1,
            Positions = PositionKind.Learned,
            MaxPositions = 32,
        };
        return new(new CausalLanguageModel(config, new RandomSource(5)), new ByteTokenizer(), new ModelDescription
        {
            Architecture = Recipe.TransformerLanguageModel,
            Model = config,
        })
        {
            ChatTemplate = new("{% for m in messages %}{{ m.role }}{{ m.content }}{% endfor %}"),
        };
    }

    private static TranslationModel Translator()
    {
        SentenceTokenizer words = new(WordTokenizer.FromText("red fish old boat\n"));
        EncoderDecoderConfig config = new()
        {
            SrcVocab = words.VocabularySize,
            Vocab = words.VocabularySize,
            Dim = 8,
            Heads = 1,
            Ffn = 8,
            EncoderLayers = 1,
            DecoderLayers = 1,
            MaxPositions = 12,
        };
        return new(new EncoderDecoderModel(config, new RandomSource(1)), words, words, new TranslationDescription
        {
            Architecture = Recipe.TransformerTranslation,
            Model = config,
        });
    }
}
