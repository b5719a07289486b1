using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Import;

/// <summary>Recurrent networks under the names of T2R.</summary>
public sealed class T2RRoundTripTests : RoundTrip
{
    private static readonly LinearAttentionConfig _linear = new()
    {
        Map = FeatureMapKind.Learned,
        FeatureSize = 3,
        QueryScale = true,
        Denominator = LinearDenominator.Clamp,
        Eps = 0.01f,
    };

    private static readonly LanguageModelConfig _language = new()
    {
        Vocab = Vocab,
        Dim = 8,
        Layers = 2,
        Heads = 2,
        Ffn = 12,
        PreNorm = true,
        FinalNorm = true,
        Tie = false,
        ScaleEmbedding = true,
        MaxPositions = 30,
        PaddingIdx = 1,
        Positions = PositionKind.Half,
        Attention = AttentionKind.Linear,
        Linear = _linear,
    };

    [Theory]
    [InlineData("gelu", FeatureActivation.Gelu, true)]
    [InlineData("tanh", FeatureActivation.Tanh, false)]
    [InlineData("relu", FeatureActivation.Relu, true)]
    public void LanguageModels(string activation, FeatureActivation ours, bool normalizes)
    {
        CausalLanguageModel model = Model(_language with
        {
            Linear = _linear with { Activation = ours, Normalize = normalizes, Reparam = true, Tau = 0.5f },
        });
        ForeignFile file = LanguageNames(new ForeignFile(model));
        foreach (int layer in (int[])[0, 1])
        {
            file[$"decoder.layers.{layer}.self_attn.tau"] = ([0.5f], [1]);
        }

        Settings(file, normalizes ? "mlp-norm" : "mlp").Set("attn_act", activation).Set("reparam_proj", true).Write(File, "args");
        Same(model, ForeignKind.T2R);

        file["decoder.layers.1.self_attn.tau"] = ([0.75f], [1]);
        file.Write(File, "args");
        Directory.Delete(this["out"], recursive: true);
        Refused(ForeignKind.T2R, "tau");
    }

    [Theory]
    [InlineData(null, FeatureActivation.Relu, LinearDenominator.Clamp)]
    [InlineData("gelu", FeatureActivation.Gelu, LinearDenominator.AbsClamp)]
    public void TranslationModels(string? activation, FeatureActivation ours, LinearDenominator cross)
    {
        EncoderDecoderModel model = Model(new EncoderDecoderConfig
        {
            SrcVocab = 20,
            Vocab = Vocab,
            Dim = 8,
            Heads = 2,
            Ffn = 12,
            EncoderLayers = 2,
            DecoderLayers = 2,
            PreNorm = false,
            Tie = EmbeddingTie.Decoder,
            Positions = PositionKind.Half,
            MaxPositions = 30,
            Linear = _linear with { Activation = ours },
            CrossLinear = _linear with { Activation = ours, FeatureSize = 5, Denominator = cross },
        });
        ForeignFile file = Features(new ForeignFile(model));
        FairseqNames.Layers(FairseqNames.Layers(file, "encoder.", "encoder."), "decoder.", "decoder.")
            .Rename(@"^(encoder|decoder)\.embed\.weight", "$1.embed_tokens.weight");
        file["encoder.version"] = file["decoder.version"] = ([3f], [1]);
        Settings(file, "mlp").Set("encoder_attention_heads", 2).Set("cross_proj_dim", 5).Set("attn_act", activation)
            .Set("max_source_positions", 30).Write(File, "args");
        Same(model, ForeignKind.T2R);
    }

    [Fact]
    public void WithoutFeaturesItIsOneOfFairseq()
    {
        CausalLanguageModel model = Model(_language with { Attention = AttentionKind.Softmax, Linear = null });
        LanguageNames(new ForeignFile(model)).Set("arch", "transformer_lm").Set("decoder_attention_heads", 2)
            .Set("max_target_positions", 30).Write(File, "args");
        Same(model, ForeignKind.T2R);
    }

    [Theory]
    [InlineData("random_feature", "rrf")]
    [InlineData("random_feature", "prf")]
    [InlineData("use_input_gate", true)]
    [InlineData("learned_tau", true)]
    [InlineData("norm_rescale", true)]
    [InlineData("causal_proj_dim", 4)]
    [InlineData("attn_act", "sine")]
    public void SettingsThatCannotBeRepresentedAreRefused(string setting, object value)
    {
        ForeignFile file = LanguageNames(new ForeignFile(Model(_language)));
        Settings(file.Set(setting, value), "mlp", except: setting).Write(File, "args");
        Refused(ForeignKind.T2R, setting);
    }

    private static ForeignFile Settings(ForeignFile file, string features, string except = "")
    {
        foreach ((string name, object value) in (ReadOnlySpan<(string, object)>)
            [
                ("arch", "transformer_lm"), ("use_rfa", true), ("random_feature", features), ("causal_proj_dim", 3),
                ("decoder_attention_heads", 2), ("max_target_positions", 30),
            ])
        {
            if (name != except)
            {
                file.Set(name, value);
            }
        }

        return file;
    }

    // Two heads and maps of 8 / 2 numbers: rows of all heads are one behind the other.
    private static ForeignFile Features(ForeignFile file)
    {
        foreach (string weight in file.Names(@"feature\.weight"))
        {
            long rows = file[weight].Sizes[0] * file[weight].Sizes[1], width = file[weight].Sizes[2];
            file.Reshape(weight, rows, width).Reshape(weight.Replace(".weight", ".bias", StringComparison.Ordinal), rows);
        }

        return file.Rename(@"^((decoder\.)?layers\.\d)\.attn\.feature\.sigma", "$1.self_attn.sigma")
            .Rename(@"^((decoder\.)?layers\.\d)\.attn\.feature", "$1.fc3").Rename(@"\.cross_attn\.feature", ".fc4");
    }

    private static ForeignFile LanguageNames(ForeignFile file)
    {
        FairseqNames.Layers(Features(file), "", "decoder.").Rename(@"^layers\.", "decoder.layers.")
            .Rename("^embed.weight", "decoder.embed_tokens.weight").Rename("^output.weight", "decoder.output_projection.weight")
            .Rename(@"^norm\.", "decoder.layer_norm.");
        file["decoder.version"] = ([3f], [1]);
        return file;
    }
}
