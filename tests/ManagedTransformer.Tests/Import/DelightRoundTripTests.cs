using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Import;

/// <summary>DeLighT's models under the names of its authors' program.</summary>
public sealed class DelightRoundTripTests : RoundTrip
{
    private static readonly DelightConfig _units = new()
    {
        MinDepth = 3,
        MaxDepth = 4,
        MaxGroups = 4,
        MapDim = 16,
        EmbDepth = 3,
        EmbMaxGroups = 2,
        EmbWidthMult = 1.5,
    };

    private static readonly LanguageModelConfig _language = new()
    {
        Vocab = Vocab,
        Dim = 32,
        Layers = 2,
        Heads = 1,
        Ffn = 8,
        PreNorm = true,
        FinalNorm = true,
        Tie = true,
        ScaleEmbedding = true,
        MaxPositions = 30,
        PaddingIdx = 1,
        Positions = PositionKind.Half,
        Activation = Activation.Gelu,
        Delight = _units,
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TranslationModels(bool isShared)
    {
        EncoderDecoderModel model = Model(new EncoderDecoderConfig
        {
            SrcVocab = Vocab,
            Vocab = Vocab,
            Dim = 32,
            Heads = 1,
            Ffn = 8,
            EncoderLayers = 2,
            DecoderLayers = 2,
            PreNorm = isShared,
            Tie = isShared ? EmbeddingTie.All : EmbeddingTie.Decoder,
            MaxPositions = 30,
            Activation = Activation.Silu,
            Delight = _units,
        });
        ForeignFile file = new(model);
        if (isShared)
        {
            file["decoder.embed.weight"] = file["embed.weight"];
        }

        file.Rename(@"^embed\.weight", "encoder.embed_tokens.map_layer.weight")
            .Rename(@"^decoder\.embed\.weight", "decoder.embed_tokens.map_layer.weight");
        Names(file, "encoder", "dextra_layer");
        Settings(Names(file, "decoder", "dextra_layer_sa"), "enc", "dec").Set("max_source_positions", 30)
            .Set("encoder_normalize_before", isShared).Set("decoder_normalize_before", isShared).Write(File, "args");
        Same(model, ForeignKind.Delight);

    }

    [Theory]
    [InlineData(false, true, 2)]
    [InlineData(true, true, 1)]
    [InlineData(true, false, 2)]
    public void LanguageModels(bool isUniform, bool isPreNorm, int groups)
    {
        CausalLanguageModel model = Model(_language with
        {
            PreNorm = isPreNorm,
            FinalNorm = isPreNorm,
            Delight = _units with
            {
                MaxDepth = isUniform ? 3 : 4,
                EmbMaxGroups = groups,
                Mode = isUniform ? UnitMode.Define : UnitMode.Dextra,
            },
        });
        ForeignFile file = LanguageNames(new ForeignFile(model));
        Settings(file, "dec").Set("decoder_normalize_before", isPreNorm).Set("act_type", "gelu").Set("delight_emb_max_groups", groups);
        if (isUniform)
        {
            // The largest depth is not used then.
            file.Set("delight_dec_scaling", "uniform").Set("define_iclr", true).Set("delight_dec_max_depth", 9);
        }

        file.Write(File, "args");
        Same(model, ForeignKind.Delight);
    }

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, false, false)]
    [InlineData(false, false, false)]
    [InlineData(false, false, true)]
    public void AdaptiveInputAndSoftmax(bool hasTiedTables, bool hasTiedProjections, bool isSplitHead)
    {
        CausalLanguageModel model = Model(_language with
        {
            Tie = hasTiedTables,
            ScaleEmbedding = false,
            Adaptive = new AdaptiveClusters
            {
                Cutoffs = [8, 16],
                Div = 2,
                Form = AdaptiveForm.Delight,
                TieProj = hasTiedProjections ? null : false,
            },
        });
        ForeignFile file = LanguageNames(new ForeignFile(model));
        const string Softmax = "decoder.adaptive_softmax.", Map = "decoder.embed_tokens.map_layer.";
        file.Rename(@"^decoder\.embed\.bands\.(\d)\.weight", $"{Map}embeddings.$1.weight")
            .Rename(@"^decoder\.embed\.proj\.(\d)\.weight", $"{Map}projections.$1.weight")
            .Rename(@"^decoder\.head\.class\.", $"{Softmax}head.class_proj.").Rename(@"^decoder\.head\.weight", $"{Softmax}head.weight")
            .Rename(@"^decoder\.tail\.(\d)\.proj\.", $"{Softmax}tail.$1.0.").Rename(@"^decoder\.tail\.(\d)\.out\.", $"{Softmax}tail.$1.2.");
        if (hasTiedTables)
        {
            file[$"{Softmax}head.word_proj.weight"] = file[$"{Map}embeddings.0.weight"];
        }

        if (isSplitHead)
        {
            (float[] values, long[] sizes) = file[$"{Softmax}head.weight"];
            int words = 8 * (int)sizes[1];
            file.Remove($"{Softmax}head.weight");
            file[$"{Softmax}head.word_proj.weight"] = (values[..words], [8, sizes[1]]);
            file[$"{Softmax}head.class_proj.weight"] = (values[words..], [sizes[0] - 8, sizes[1]]);
        }

        foreach (int tail in (int[])[0, 1])
        {
            if (hasTiedTables)
            {
                file[$"{Softmax}tail.{tail}.2.weight"] = file[$"{Map}embeddings.{tail + 1}.weight"];
            }

            if (hasTiedProjections)
            {
                file[$"{Softmax}tail.{tail}.0.weight"] = file[$"{Map}projections.{tail + 1}.weight"];
            }
        }

        Settings(file, "dec").Set("decoder_normalize_before", true).Set("act_type", "gelu").Set("adaptive_input_cutoff", "8,16")
            .Set("adaptive_input_factor", 2).Set("adaptive_softmax_cutoff", "8,16").Set("adaptive_softmax_factor", 2.0)
            .Write(File, "args");
        Same(model, ForeignKind.Delight);
    }

    [Theory]
    [InlineData("norm_type", "bn")]
    [InlineData("act_type", "mish")]
    [InlineData("delight_dec_scaling", "random")]
    [InlineData("delight_dec_min_depth", 0)]
    [InlineData("delight_emb_map_dim", null)]
    [InlineData("arch", "transformer_lm")]
    public void SettingsThatCannotBeRepresentedAreRefused(string setting, object? value)
    {
        ForeignFile file = LanguageNames(new ForeignFile(Model(_language)));
        Settings(file.Set(setting, value), "dec").Set(setting, value).Set("decoder_normalize_before", true).Write(File, "args");
        Refused(ForeignKind.Delight, setting == "arch" ? (string)value! : setting);
    }

    [Fact]
    public void AClassifierOfItsOwnIsRefused()
    {
        ForeignFile file = LanguageNames(new ForeignFile(Model(_language)));
        file["decoder.embed_out.weights"] = ([1f], [1]);
        Settings(file, "dec").Write(File, "args");
        Refused(ForeignKind.Delight, "embed_out");
    }

    private static ForeignFile Settings(ForeignFile file, params string[] sides)
    {
        file.Set("arch", "delight_transformer").Set("delight_emb_map_dim", 16).Set("delight_emb_depth", 3).Set("delight_emb_max_groups", 2)
            .Set("delight_emb_width_mult", 1.5).Set("glt_shuffle", true).Set("max_target_positions", 30);
        foreach (string side in sides)
        {
            file.Set($"delight_{side}_min_depth", 3).Set($"delight_{side}_max_depth", 4).Set($"delight_{side}_width_mult", 2.0)
                .Set($"delight_{side}_max_groups", 4);
        }

        return file;
    }

    private static ForeignFile LanguageNames(ForeignFile file) => Names(
        file.Rename("^", "decoder.").Rename(@"^decoder\.embed\.weight", "decoder.embed_tokens.map_layer.weight"), "decoder",
        "dextra_layer_sa");

    private static ForeignFile Names(ForeignFile file, string side, string unit)
    {
        foreach (string map in file.Names($@"^{side}.*\.glt\.\d\.weight"))
        {
            (float[] _, long[] sizes) = file[map];
            if (sizes[0] == 1)
            {
                file.Reshape(map, sizes[1], sizes[2]);
                continue;
            }

            file.Transpose(map);
            string bias = map.Replace(".weight", ".bias", StringComparison.Ordinal);
            file.Reshape(bias, sizes[0], 1, sizes[1]);
        }

        file.Rename($@"^{side}\.embed\.dextra", $"{side}.embed_tokens.dextra_layer").Rename($@"^({side}\.layers\.\d)\.dextra", $"$1.{unit}")
            .Rename($@"^({side}.*)\.(input|output)\.", "$1.$2_layer.").Rename($@"^({side}.*)\.glt\.", "$1.dextra_layers.")
            .Rename($@"^({side}.*dextra.*)\.norm\.", "$1.normalization_fn.");
        foreach (string query in file.Names($@"^{side}.*\.attn\.query\.(weight|bias)"))
        {
            string layer = query[..query.IndexOf(".attn.", StringComparison.Ordinal)], end = query[query.LastIndexOf('.')..];
            file.Join(
                $"{layer}.self_attn.linear_kqv{end}", $"{layer}.attn.query{end}", $"{layer}.attn.key{end}", $"{layer}.attn.value{end}");
        }

        foreach (string key in file.Names($@"^{side}.*\.cross\.key\.(weight|bias)"))
        {
            string layer = key[..key.IndexOf(".cross.", StringComparison.Ordinal)], end = key[key.LastIndexOf('.')..];
            file.Join($"{layer}.encoder_attn.linear_kv{end}", $"{layer}.cross.key{end}", $"{layer}.cross.value{end}");
        }

        return file.Rename($@"^({side}.*)\.cross\.query\.", "$1.encoder_attn.linear_q.")
            .Rename($@"^({side}.*)\.cross\.out\.", "$1.encoder_attn.out_proj.")
            .Rename($@"^({side}.*)\.attn\.out\.", "$1.self_attn.out_proj.").Rename($@"^({side}.*)\.ffn\.", "$1.")
            .Rename($@"^({side}\.layers\.\d)\.norm1\.", "$1.self_attn_layer_norm.")
            .Rename($@"^({side}\.layers\.\d)\.norm_cross\.", "$1.encoder_attn_layer_norm.")
            .Rename($@"^({side}\.layers\.\d)\.norm2\.", "$1.final_layer_norm.").Rename($@"^{side}\.norm\.", $"{side}.layer_norm.")
            .Rename($@"^{side}\.project\.weight", $"{side}.project_out_dim.weights")
            .Rename($@"^({side}.*((input|output)_layer|dextra_layers\.\d|linear_\w+|out_proj|fc\d))\.weight", "$1.weights");
    }
}
