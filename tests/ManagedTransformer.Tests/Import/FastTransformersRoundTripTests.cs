using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Import;

/// <summary>Language models around an encoder of fast-transformers.</summary>
public sealed class FastTransformersRoundTripTests : RoundTrip
{
    private static readonly LanguageModelConfig _basis = new()
    {
        Vocab = Vocab,
        Dim = 8,
        Layers = 2,
        Heads = 2,
        Ffn = 12,
        PreNorm = false,
        FinalNorm = true,
        Tie = false,
        Positions = PositionKind.Learned,
        MaxPositions = 30,
    };

    private static readonly LinearAttentionConfig _elu = new()
    {
        Map = FeatureMapKind.Elu1,
        QueryScale = false,
        Denominator = LinearDenominator.Add,
        Eps = 1e-6f,
    };

    [Fact]
    public void RandomFeaturesAreThoseOfAllHeads()
    {
        CausalLanguageModel model = Model(_basis with
        {
            Tie = true,
            Attention = AttentionKind.Linear,
            Linear = _elu with { Map = FeatureMapKind.FavorHyp, FeatureSize = 3 },
        });
        ForeignFile file = new(model);
        foreach (string features in file.Names("feature.projection"))
        {
            file.Change(features, values => [.. values[..12], .. values[..12]]);
            file[features] = (file[features].Values[..12], [3, 4]);
            file.Transpose(features);
        }

        file.Rename(@"attn\.feature\.projection", "attention.inner_attention.feature_map.omega");
        Names(file);
        file["net.lm_head.weight"] = file["net.wte.weight"];
        file.Rename(@"^net\.positions\.weight", "net.pos.pe").Reshape("net.pos.pe", 1, 30, 8).Write(File, null);
        Same(model, ForeignKind.FastTransformers, options => Options(options) with { Attention = ForeignAttention.Favor });

        // Features of another kind are not taken for none.
        Directory.Delete(this["out"], recursive: true);
        Refused(ForeignKind.FastTransformers, "feature_map.omega", Options);
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(false, false, false)]
    public void EluAndSoftmax(bool isLinear, bool scalesEmbedding, bool hasPositions)
    {
        CausalLanguageModel model = Model(_basis with
        {
            FinalNorm = isLinear,
            OutputBias = isLinear,
            Bias = isLinear,
            ScaleEmbedding = scalesEmbedding,
            Positions = hasPositions ? PositionKind.Learned : PositionKind.None,
            Activation = isLinear ? Activation.Gelu : Activation.Relu,
            Attention = isLinear ? AttentionKind.Linear : AttentionKind.Softmax,
            Linear = isLinear ? _elu : null,
        });
        Names(new ForeignFile(model)).Write(File, null);
        Same(model, ForeignKind.FastTransformers, options => Options(options) with
        {
            ScaleEmbedding = scalesEmbedding,
            Attention = isLinear ? null : ForeignAttention.Softmax,
            Activation = isLinear ? Activation.Gelu : null,
        });
    }

    [Fact]
    public void TablesAreChosenByRename()
    {
        CausalLanguageModel model = Model(_basis with { Attention = AttentionKind.Linear, Linear = _elu });
        ForeignFile file = Names(new ForeignFile(model));
        file["net.embed_more.weight"] = (new float[Vocab * 8], [Vocab, 8]);
        file.Write(File, null);
        Refused(ForeignKind.FastTransformers, "--rename embed.weight=NAME", Options);

        file.Remove("net.embed_more.weight").Rename(@"^net\.wte\.weight", "net.input.table")
            .Rename(@"^net\.lm_head\.weight", "net.logits").Write(File, null);
        Refused(ForeignKind.FastTransformers, "--rename embed.weight=NAME", Options);
        Refused(ForeignKind.FastTransformers, "'net.nowhere'", options => Options(options) with
        {
            Renames = new Dictionary<string, string> { ["embed.weight"] = "net.nowhere" },
        });
        Same(model, ForeignKind.FastTransformers, options => Options(options) with
        {
            Renames = new Dictionary<string, string> { ["embed.weight"] = "net.input.table", ["output.weight"] = "net.logits" },
        });
    }

    [Theory]
    [InlineData(null, "--heads")]
    [InlineData(3, "3 heads")]
    public void HeadsMustBeGivenAndFit(int? heads, string word)
    {
        Names(new ForeignFile(Model(_basis with { Attention = AttentionKind.Linear, Linear = _elu }))).Write(File, null);
        Refused(ForeignKind.FastTransformers, word, options => options with { Heads = heads });
    }

    [Theory]
    [InlineData("net.encoder.layers.0.self_attention.query_projection.weight", "decoder")]
    [InlineData("net.encoder.layers.0.attention.inner_attention.planes", "planes")]
    [InlineData("other.layers.0.attention.query_projection.weight", "several encoders")]
    public void OtherPartsAreRefused(string tensor, string word)
    {
        ForeignFile file = Names(new ForeignFile(Model(_basis with { Attention = AttentionKind.Linear, Linear = _elu })));
        file[tensor] = (new float[64], [8, 8]);
        file.Write(File, null);
        Refused(ForeignKind.FastTransformers, word, Options);
    }

    [Fact]
    public void KeysOfAnotherWidthAreRefused()
    {
        ForeignFile file = Names(new ForeignFile(Model(_basis)));
        file["net.encoder.layers.0.attention.query_projection.weight"] = (new float[32], [4, 8]);
        file.Write(File, null);
        Refused(ForeignKind.FastTransformers, "queries of 4", Options);
    }

    private static ImportOptions Options(ImportOptions options) => options with { Heads = 2 };

    private static ForeignFile Names(ForeignFile file) => file.Rename(@"attn\.(query|key|value|out)\.", "attention.$1_projection.")
        .Rename(@"ffn\.fc", "linear").Rename("^(layers|norm)", "net.encoder.$1").Rename("^embed.weight", "net.wte.weight")
        .Rename("^positions.weight", "net.positions.weight").Rename(@"^output\.", "net.lm_head.");
}
