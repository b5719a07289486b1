using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Import;

/// <summary>Translation models under the names of fairseq's releases.</summary>
public sealed class FairseqTranslationRoundTripTests : RoundTrip
{
    private static readonly EncoderDecoderConfig _basis = new()
    {
        SrcVocab = 20,
        Vocab = Vocab,
        Dim = 8,
        Heads = 2,
        Ffn = 12,
        DecoderFfn = 16,
        EncoderLayers = 2,
        DecoderLayers = 1,
        PreNorm = true,
        Tie = EmbeddingTie.Decoder,
        Positions = PositionKind.Half,
        MaxPositions = 30,
    };

    [Theory]
    [InlineData(EmbeddingTie.None, false)]
    [InlineData(EmbeddingTie.Decoder, true)]
    [InlineData(EmbeddingTie.All, true)]
    public void TablesOldAndNew(EmbeddingTie tie, bool isOld)
    {
        EncoderDecoderModel model = Model(_basis with
        {
            SrcVocab = tie == EmbeddingTie.All ? Vocab : 20,
            Tie = tie,
            Positions = isOld ? PositionKind.Half : PositionKind.Learned,
        });
        ForeignFile file = new(model);
        if (tie == EmbeddingTie.All)
        {
            file["decoder.embed.weight"] = file["embed.weight"];
            file.Rename(@"^embed\.weight", "encoder.embed.weight");
        }

        Names(file);
        if (isOld)
        {
            FairseqNames.NumberNorms(FairseqNames.Join(file));
        }

        Settings(file).Write(File, "args");
        Same(model, ForeignKind.Fairseq);
    }

    [Fact]
    public void ADecoderOfAnotherWidthWithThreeMatricesAndOneBias()
    {
        EncoderDecoderModel model = Model(_basis with { DecoderDim = 12, PreNorm = false, Activation = Activation.Gelu });
        ForeignFile file = Names(new ForeignFile(model));

        // Keys and values of another width cannot be one matrix with the queries; their biases are.
        foreach (string weight in file.Names(@"encoder_attn\.q_proj\.weight"))
        {
            string attention = weight[..^"q_proj.weight".Length];
            file.Join($"{attention}in_proj_bias", [.. "qkv".Select(part => $"{attention}{part}_proj.bias")]);
            file.Rename(@"encoder_attn\.([qkv])_proj\.weight", "encoder_attn.$1_proj_weight");
        }

        Settings(file, isPreNorm: false).Set("activation_fn", "gelu").Set("encoder_embed_dim", 8).Set("decoder_embed_dim", 12)
            .Write(File, "args");
        Same(model, ForeignKind.Fairseq);
    }

    [Fact]
    public void AShorterTableOfPositionsIsFilledUp()
    {
        EncoderDecoderModel model = Model(_basis with { Positions = PositionKind.Learned });
        ForeignFile file = new(model);
        const string Positions = "decoder.positions.weight";
        file.Change(Positions, values => [.. values[..(20 * 8)], .. new float[12 * 8]]);
        file[Positions] = (file[Positions].Values[..(20 * 8)], [20, 8]);
        Settings(Names(file)).Write(File, "args");
        Assert.Contains(Same(model, ForeignKind.Fairseq).Notes, note => note.Contains("zero rows", StringComparison.Ordinal));
    }

    [Fact]
    public void ADecoderWithoutAFinalNorm()
    {
        EncoderDecoderModel model = Model(_basis with { FinalNorm = false });
        ForeignFile file = Names(new ForeignFile(model));
        file["decoder.version"] = ([2f], [1]);
        file["decoder.layer_norm.weight"] = file["decoder.layer_norm.bias"] = ([2, 2, 2, 2, 2, 2, 2, 2], [8]);
        Settings(file).Write(File, "args");
        Assert.Contains("decoder.layer_norm.bias", Same(model, ForeignKind.Fairseq).Ignored);
    }

    [Fact]
    public void AnEncoderWithoutAFinalNormIsRefused()
    {
        ForeignFile file = Names(new ForeignFile(Model(_basis)));
        file["encoder.version"] = ([1f], [1]);
        Settings(file).Write(File, "args");
        Refused(ForeignKind.Fairseq, "encoder.version");
    }

    [Theory]
    [InlineData("decoder_attention_heads", 4)]
    [InlineData("decoder_normalize_before", false)]
    [InlineData("no_token_positional_embeddings", true)]
    [InlineData("layernorm_embedding", true)]
    [InlineData("no_cross_attention", true)]
    [InlineData("cross_self_attention", true)]
    [InlineData("decoder_output_dim", 5)]
    [InlineData("arch", "multilingual_transformer")]
    [InlineData("arch", "transformer_align")]
    public void SettingsThatCannotBeRepresentedAreRefused(string setting, object value)
    {
        ForeignFile file = Names(new ForeignFile(Model(_basis)));
        Settings(file, except: setting).Set(setting, value).Write(File, "args");
        Refused(ForeignKind.Fairseq, setting == "arch" ? (string)value : setting);
    }

    private static ForeignFile Settings(ForeignFile file, bool isPreNorm = true, string except = "")
    {
        file["encoder.version"] = file.Names("^encoder.version").Length == 0 ? ([3f], [1]) : file["encoder.version"];
        file["decoder.version"] = file.Names("^decoder.version").Length == 0 ? ([3f], [1]) : file["decoder.version"];
        foreach ((string name, object value) in (ReadOnlySpan<(string, object)>)
            [
                ("arch", "transformer"), ("max_source_positions", 30), ("max_target_positions", 25), ("encoder_attention_heads", 2),
                ("decoder_attention_heads", 2), ("encoder_normalize_before", isPreNorm), ("decoder_normalize_before", isPreNorm),
            ])
        {
            if (name != except)
            {
                file.Set(name, value);
            }
        }

        return file;
    }

    private static ForeignFile Names(ForeignFile file) =>
        FairseqNames.Layers(FairseqNames.Layers(file, "encoder.", "encoder."), "decoder.", "decoder.")
            .Rename(@"^(encoder|decoder)\.embed\.weight", "$1.embed_tokens.weight")
            .Rename(@"\.positions\.weight", ".embed_positions.weight")
            .Rename(@"^decoder\.output\.weight", "decoder.output_projection.weight").Rename(@"coder\.norm\.", "coder.layer_norm.");
}
