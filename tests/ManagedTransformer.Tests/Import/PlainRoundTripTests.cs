using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Import;

/// <summary>Weights of models of this library that PyTorch has saved, with a configuration.</summary>
public sealed class PlainRoundTripTests : RoundTrip
{
    private readonly CausalLanguageModel _model =
        Model(new LanguageModelConfig { Vocab = Vocab, Dim = 8, Layers = 1, Heads = 2, MaxPositions = 30 });

    [Fact]
    public void OurOwnNamesWithAConfiguration()
    {
        ForeignFile file = new(_model);
        file.Rename("^embed.weight", "wte").Write(File, null);
        Assert.Contains(Same(_model, ForeignKind.Plain, Options).Notes, note => note.Contains("tokenizer.json", StringComparison.Ordinal));
        Directory.Delete(this["out"], recursive: true);
        Refused(ForeignKind.Plain, "'wte'", options => Options(options) with { Renames = new Dictionary<string, string>() });

        file["more"] = ([1f], [1]);
        file.Write(File, null);
        Refused(ForeignKind.Plain, "'more'", Options);
        file.Remove("more").Reshape("norm.weight", 2, 4).Write(File, null);
        Refused(ForeignKind.Plain, "[2, 4]", Options);
    }

    [Fact]
    public void WeightsOfHalfTheSize()
    {
        ForeignFile file = new(_model);
        file.Rename("^embed.weight", "wte").Write(File, null);
        Same(_model, ForeignKind.Plain, Options);
        long whole = new FileInfo(this["out/model.safetensors"]).Length;
        Directory.Delete(this["out"], recursive: true);
        _model.RoundWeights();
        Same(_model, ForeignKind.Plain, options => Options(options) with { Weights = DType.BFloat16 });
        Assert.True(new FileInfo(this["out/model.safetensors"]).Length < whole * 0.7);
    }

    [Fact]
    public void ATranslationModelWithAConfiguration()
    {
        EncoderDecoderModel model = Model(new EncoderDecoderConfig
        {
            SrcVocab = 20,
            Vocab = Vocab,
            Dim = 8,
            Heads = 2,
            Ffn = 12,
            EncoderLayers = 1,
            DecoderLayers = 1,
            MaxPositions = 30,
        });
        new ForeignFile(model).Write(File, null);
        new TranslationModel(model, Words(20), Words(Vocab), new TranslationDescription
        {
            Architecture = "transformer_seq2seq",
            Model = model.Config,
        }).Save(this["saved"]);
        Same(model, ForeignKind.Plain, options => options with { Config = this["saved/config.json"] });

        static SentenceTokenizer Words(int count) => new(new VocabularyTokenizer(
            ["<s>", "<pad>", "</s>", "<unk>", .. Enumerable.Range(4, count - 4).Select(id => $"w{id}")], VocabularyUnits.Words)
        {
            Unknown = SpecialIds.Unknown,
        });
    }

    private ImportOptions Options(ImportOptions options)
    {
        if (!Directory.Exists(this["saved"]))
        {
            new LanguageModel(_model, CharacterTokenizer.FromText("abc"), new ModelDescription
            {
                Architecture = "transformer_lm",
                Model = _model.Config,
            }).Save(this["saved"]);
            System.IO.File.Delete(this["saved/tokenizer.json"]);
        }

        return options with
        {
            Config = this["saved/config.json"],
            Renames = new Dictionary<string, string> { ["embed.weight"] = "wte" },
        };
    }
}
