using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.ProductKeyMemory;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Import;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tests.Golden;
using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Import;

/// <summary>Models of this library, written down as other programs would and read again, compute the same.</summary>
public sealed class ForeignFileTests : IDisposable
{
    private const int Vocab = 24;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FairseqAdaptiveLanguageModel(bool isOneHead)
    {
        CausalLanguageModel model = Model(new LanguageModelConfig
        {
            Vocab = Vocab,
            Dim = 8,
            Layers = 2,
            Heads = 2,
            Ffn = 12,
            FinalNorm = false,
            Tie = false,
            Adaptive = new AdaptiveClusters { Cutoffs = [8, 16], Div = 2, Form = AdaptiveForm.Fairseq },
            MaxPositions = 40,
            PaddingIdx = 1,
            Activation = Activation.GeluTanh,
        });
        ForeignFile file = Layers(new ForeignFile(model), "", "decoder.");
        file.Rename(@"^embed\.bands\.(\d)\.weight", "decoder.embed_tokens.embeddings.$1.0.weight")
            .Rename(@"^embed\.proj\.(\d)\.weight", "decoder.embed_tokens.embeddings.$1.1.weight");
        foreach (int tail in (int[])[1, 2])
        {
            file.Transpose($"head.proj.{tail}.weight")
                .Rename($@"^head\.proj\.{tail}\.weight", $"decoder.adaptive_softmax.tail.{tail - 1}.0.weight")
                .Rename($@"^head\.bands\.{tail}\.weight", $"decoder.adaptive_softmax.tail.{tail - 1}.2.weight");
        }

        if (isOneHead)
        {
            file.Join("decoder.adaptive_softmax.head.weight", "head.bands.0.weight", "head.class.weight");
        }
        else
        {
            file.Rename(@"^head\.bands\.0\.weight", "decoder.adaptive_softmax.head.word_proj.weight")
                .Rename(@"^head\.class\.weight", "decoder.adaptive_softmax.head.class_proj.weight");
        }

        file.Set("arch", "transformer_lm").Set("decoder_attention_heads", 2).Set("adaptive_input_cutoff", "8,16")
            .Set("adaptive_input_factor", 2.0)
            .Set("adaptive_softmax_cutoff", "8,16").Set("adaptive_softmax_factor", 2).Set("activation_fn", "gelu_fast")
            .Set("max_target_positions", 40).Set("decoder_normalize_before", true);
        file.Write(_folder["model.pt"], "args");
        Same(model, ForeignKind.Fairseq);
    }

    [Fact]
    public void FairseqLanguageModelWithLearntPositions()
    {
        CausalLanguageModel model = Model(new LanguageModelConfig
        {
            Vocab = Vocab,
            Dim = 8,
            Layers = 2,
            Heads = 4,
            Ffn = 12,
            PreNorm = false,
            Tie = false,
            EmbeddingNorm = true,
            Positions = PositionKind.Learned,
            MaxPositions = 30,
            PaddingIdx = 1,
        });
        ForeignFile file = Layers(new ForeignFile(model), "", "decoder.");
        file.Rename("^embed.weight", "decoder.embed_tokens.weight").Rename("^positions.weight", "decoder.embed_positions.weight")
            .Rename("^embed_norm", "decoder.layernorm_embedding").Rename("^output.weight", "decoder.embed_out")
            .Rename(@"^decoder\.layers\.1\.", "decoder.layers.5.");
        file.Set("decoder_attention_heads", 4).Set("no_scale_embedding", true).Set("decoder_normalize_before", false);
        file.Write(_folder["model.pt"], "args");
        Same(model, ForeignKind.Fairseq);
    }

    [Theory]
    [InlineData(EmbeddingTie.None, false)]
    [InlineData(EmbeddingTie.Decoder, true)]
    [InlineData(EmbeddingTie.All, true)]
    public void FairseqTranslation(EmbeddingTie tie, bool isOld)
    {
        EncoderDecoderModel model = Initialization.Skip(() => new EncoderDecoderModel(new EncoderDecoderConfig
        {
            SrcVocab = tie == EmbeddingTie.All ? Vocab : 20,
            Vocab = Vocab,
            Dim = 8,
            Heads = 2,
            Ffn = 12,
            DecoderFfn = 16,
            EncoderLayers = 2,
            DecoderLayers = 1,
            PreNorm = true,
            Tie = tie,
            Positions = isOld ? PositionKind.Half : PositionKind.Learned,
            MaxPositions = 30,
        }, new RandomSource(1)));
        ForeignFile file = new(model);
        if (tie == EmbeddingTie.All)
        {
            file["decoder.embed.weight"] = file["embed.weight"];
            file.Rename(@"^embed\.weight", "encoder.embed.weight");
        }

        Layers(Layers(file, "encoder.", "encoder."), "decoder.", "decoder.");
        file.Rename(@"^(encoder|decoder)\.embed\.weight", "$1.embed_tokens.weight")
            .Rename(@"\.positions\.weight", ".embed_positions.weight")
            .Rename(@"^decoder\.output\.weight", "decoder.output_projection.weight").Rename(@"coder\.norm\.", "coder.layer_norm.");
        if (isOld)
        {
            foreach (string weight in file.Names(@"q_proj\.weight"))
            {
                string attention = weight[..^"q_proj.weight".Length];
                file.Join($"{attention}in_proj_weight", [.. "qkv".Select(part => $"{attention}{part}_proj.weight")]);
                file.Join($"{attention}in_proj_bias", [.. "qkv".Select(part => $"{attention}{part}_proj.bias")]);
            }

            file.Rename("self_attn_layer_norm", "layer_norms.0").Rename("encoder_attn_layer_norm", "layer_norms.1")
                .Rename(@"^(encoder.*)\.final_layer_norm", "$1.layer_norms.1")
                .Rename(@"^(decoder.*)\.final_layer_norm", "$1.layer_norms.2");
        }

        file["encoder.version"] = file["decoder.version"] = ([3f], [1]);
        file.Set("arch", "transformer").Set("max_source_positions", 30).Set("max_target_positions", 25);
        foreach (string side in (string[])["encoder", "decoder"])
        {
            file.Set($"{side}_attention_heads", 2).Set($"{side}_normalize_before", true);
        }

        file.Write(_folder["model.pt"], "args");
        Same(model, ForeignKind.Fairseq);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DelightTranslation(bool isShared)
    {
        EncoderDecoderModel model = Initialization.Skip(() => new EncoderDecoderModel(new EncoderDecoderConfig
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
            Delight = new DelightConfig
            {
                MinDepth = 3,
                MaxDepth = 4,
                MaxGroups = 4,
                MapDim = 16,
                EmbDepth = 3,
                EmbMaxGroups = 2,
                EmbWidthMult = 1.5,
            },
        }, new RandomSource(1)));
        ForeignFile file = new(model);
        if (isShared)
        {
            file["decoder.embed.weight"] = file["embed.weight"];
        }

        file.Rename(@"^embed\.weight", "encoder.embed_tokens.map_layer.weight")
            .Rename(@"^decoder\.embed\.weight", "decoder.embed_tokens.map_layer.weight");
        DelightNames(file, "encoder", "dextra_layer");
        DelightNames(file, "decoder", "dextra_layer_sa");
        file.Rename(@"^decoder\.project\.weight", "decoder.project_out_dim.weights").Rename(@"coder\.norm\.", "coder.layer_norm.");
        foreach (string side in (string[])["enc", "dec"])
        {
            file.Set($"delight_{side}_min_depth", 3).Set($"delight_{side}_max_depth", 4).Set($"delight_{side}_width_mult", 2.0)
                .Set($"delight_{side}_max_groups", 4).Set($"{side}oder_normalize_before", isShared);
        }

        file.Set("arch", "delight_transformer").Set("delight_emb_map_dim", 16).Set("delight_emb_depth", 3).Set("delight_emb_max_groups", 2)
            .Set("delight_emb_width_mult", 1.5).Set("glt_shuffle", true).Set("max_source_positions", 30).Set("max_target_positions", 30);
        file.Write(_folder["model.pt"], "args");
        Same(model, ForeignKind.Delight);
    }

    [Fact]
    public void XlmWithEveryKindOfMemoryAndSeveralLanguages()
    {
        CausalLanguageModel model = Model(new LanguageModelConfig
        {
            Vocab = Vocab,
            Dim = 8,
            Layers = 2,
            Heads = 2,
            PreNorm = false,
            Tie = false,
            OutputBias = true,
            EmbeddingNorm = true,
            NormEpsilon = 1e-12f,
            Activation = Activation.Gelu,
            Positions = PositionKind.Learned,
            MaxPositions = 30,
            MemoryPositions = ["0+", "1"],
            Memory = new ProductKeyMemoryConfig
            {
                Heads = 2,
                NKeys = 6,
                KeyDim = 4,
                TopK = 3,
                FlatKeys = true,
                QueryHidden = [5],
                ShareValues = true,
            },
        });
        ForeignFile file = new(model);
        file["layers.1.memory.values.weight"] = file["layers.0.memory_after.values.weight"];
        float[] positions = file["positions.weight"].Values, language = [.. Enumerable.Range(0, 8).Select(i => i * 0.25f)];
        file["positions.weight"] = ([.. positions.Select((value, i) => value - language[i % 8])], file["positions.weight"].Sizes);
        file["lang_embeddings.weight"] = ([.. new float[8], .. language], [2, 8]);
        foreach (string keys in file.Names(@"keys\.weight"))
        {
            file[keys] = ([.. file[keys].Values.Select(value => value * 2)], file[keys].Sizes);
        }

        file.Rename(@"\.memory\.", ".#in.").Rename(@"\.memory_after\.", ".#after.").Rename(@"^layers\.(\d)\.#(\w+)\.", "memories.$1_$2.")
            .Rename(@"\.keys\.weight", ".keys");
        foreach (int map in (int[])[0, 1])
        {
            file.Rename($@"\.query\.{map}\.", $".query_proj.query_mlps.{3 * map}.")
                .Rename($@"\.query_norm\.{map}\.", $".query_proj.query_mlps.{(3 * map) + 1}.");
        }

        file.Rename("^embed.weight", "embeddings.weight").Rename("^positions.weight", "position_embeddings.weight")
            .Rename("^embed_norm", "layer_norm_emb").Rename(@"^output\.", "pred_layer.proj.")
            .Rename(@"^layers\.(\d)\.attn\.(q|k|v)\w+\.", "attentions.$1.$2_lin.")
            .Rename(@"^layers\.(\d)\.attn\.out\.", "attentions.$1.out_lin.")
            .Rename(@"^layers\.(\d)\.norm(\d)\.", "layer_norm$2.$1.").Rename(@"^layers\.(\d)\.ffn\.fc(\d)\.", "ffns.$1.lin$2.");
        file.Set("emb_dim", 8).Set("n_layers", 2).Set("n_heads", 2).Set("gelu_activation", true).Set("use_memory", true).Set("mem_heads", 2)
            .Set("mem_k_dim", 4).Set("mem_knn", 3).Set("mem_query_batchnorm", true).Set("mem_query_bias", true).Set("mem_temperature", 2.0)
            .Set("mem_share_values", true).Set("mem_query_layer_sizes", new object[] { 0, 5, 0 }).Set("mem_product_quantization", false)
            .Set("mem_enc_positions", new object[] { (1, "in"), (0, "after") }).Set("clm_steps", new object[] { "en" }).Set("n_langs", 2)
            .Set("lang2id", new Dictionary<string, int> { ["en"] = 0, ["de"] = 1 });
        file.Write(_folder["model.pt"], "params", isNamespace: false, pickle =>
        {
            pickle.Text("dico_id2word").Op("}(");
            for (int id = 0; id < Vocab; id++)
            {
                pickle.Int(id).Text($"w{id}");
            }

            pickle.Op("u");
        });
        InputException e = Assert.Throws<InputException>(() => Same(model, ForeignKind.Xlm));
        Assert.Contains("--language", e.Message, StringComparison.Ordinal);
        Assert.Contains("en, de", e.Message, StringComparison.Ordinal);
        Same(model, ForeignKind.Xlm, options => options with { Language = "de" });
    }

    [Fact]
    public void FastTransformersWithRandomFeatures()
    {
        CausalLanguageModel model = Model(new LanguageModelConfig
        {
            Vocab = Vocab,
            Dim = 8,
            Layers = 2,
            Heads = 2,
            Ffn = 12,
            PreNorm = false,
            FinalNorm = true,
            Tie = true,
            Positions = PositionKind.Learned,
            MaxPositions = 30,
            Attention = AttentionKind.Linear,
            Linear = new LinearAttentionConfig
            {
                Map = FeatureMapKind.FavorHyp,
                FeatureSize = 3,
                QueryScale = false,
                Denominator = LinearDenominator.Add,
                Eps = 1e-6f,
            },
        });
        ForeignFile file = new(model);
        foreach (string features in file.Names("feature.projection"))
        {
            // All heads have the same features.
            float[] one = file[features].Values[..12];
            file[features] = (one, [3, 4]);
            file.Transpose(features);
        }

        using (new NoGradientScope())
        {
            foreach (NamedBuffer buffer in model.Buffers())
            {
                float[] values = buffer.Buffer.ToArray();
                values.AsSpan(0, 12).CopyTo(values.AsSpan(12));
                buffer.Buffer.CopyFrom(values);
            }
        }

        file.Rename(@"attn\.feature\.projection", "attention.inner_attention.feature_map.omega")
            .Rename(@"attn\.(\w+)\.", "attention.$1_projection.").Rename(@"ffn\.fc", "linear").Rename("^(layers|norm)", "net.encoder.$1")
            .Rename("^embed.weight", "net.wte.weight");
        file["net.lm_head.weight"] = file["net.wte.weight"];
        file.Rename("^positions.weight", "net.pos.pe").Reshape("net.pos.pe", 1, 30, 8);
        file.Write(_folder["model.pt"], null);
        Same(model, ForeignKind.FastTransformers, options => options with { Heads = 2, Attention = ForeignAttention.Favor });
    }

    [Fact]
    public void SpansWithTiedClusters()
    {
        CausalLanguageModel model = Model(new LanguageModelConfig
        {
            Vocab = Vocab,
            Dim = 8,
            Layers = 2,
            Heads = 2,
            Ffn = 12,
            PreNorm = false,
            Tie = true,
            Bias = false,
            FfnBias = true,
            Attention = AttentionKind.AdaptiveSpan,
            Span = new SpanConfig { Limit = 10, Ramp = 4 },
            Persistent = 3,
            Positions = PositionKind.Relative,
            Adaptive = new AdaptiveClusters { Cutoffs = [8, 16], Div = 2 },
        });
        ForeignFile file = new(model);
        file.Transpose("pos.weight").Reshape("pos.weight", 1, 4, 10).Rename("^pos.weight", "key_pe");
        foreach (string keys in file.Names(@"persistent\.key"))
        {
            file.Transpose(keys);
        }

        foreach (string ratios in file.Names(@"span\.ratio"))
        {
            file.Reshape(ratios, 2, 1, 1);
        }

        file.Rename(@"attn\.span\.ratio", "attn.attn.adaptive_span._mask.current_val")
            .Rename(@"persistent\.key", "attn.persistent_memory.key")
            .Rename(@"persistent\.value", "attn.persistent_memory.val").Rename(@"attn\.(query|key|out)\.weight", "attn.proj_$1.weight")
            .Rename(@"attn\.value\.weight", "attn.proj_val.weight").Rename(@"\.ffn\.", ".ff.");
        foreach (int cluster in (int[])[0, 1, 2])
        {
            file.Rename($@"^output\.clusters\.{cluster}\.bias", $"out_emb.out_layers.{cluster}.bias");
            file[$"out_emb.out_layers.{cluster}.weight"] = file[$"embed.clusters.{cluster}.weight"];
            file[$"out_emb.out_projs.{cluster}"] = file[$"embed.clusters.{cluster}.proj.weight"];
            file.Rename($@"^embed\.clusters\.{cluster}\.weight", $"in_emb.emb_layers.{cluster}.weight")
                .Rename($@"^embed\.clusters\.{cluster}\.proj\.weight", $"in_emb.emb_projs.{cluster}");
        }

        file.Rename(@"^output\.cluster\.", "out_emb.cluster_proj.").Rename("^", "module.");
        file.Write(_folder["model.pt"], null);
        Same(model, ForeignKind.AdaptiveSpan, options => options with { Ramp = 4 });
    }

    [Fact]
    public void OurOwnNamesWithAConfiguration()
    {
        CausalLanguageModel model = Model(new LanguageModelConfig { Vocab = Vocab, Dim = 8, Layers = 1, Heads = 2, MaxPositions = 30 });
        ForeignFile file = new(model);
        file.Rename("^embed.weight", "wte");
        file.Write(_folder["model.pt"], null);
        LanguageModel saved = new(model, CharacterTokenizer.FromText("abc"), new ModelDescription
        {
            Architecture = "transformer_lm",
            Model = model.Config,
        });
        saved.Save(_folder["saved"]);
        File.Delete(_folder["saved/tokenizer.json"]);
        Same(model, ForeignKind.Plain, options => options with
        {
            Config = _folder["saved/config.json"],
            Renames = new Dictionary<string, string> { ["embed.weight"] = "wte" },
        });
    }

    private static CausalLanguageModel Model(LanguageModelConfig config) =>
        Initialization.Skip(() => new CausalLanguageModel(config, new RandomSource(1)));

    private static ForeignFile Layers(ForeignFile file, string ours, string theirs)
    {
        string start = $"^{ours.Replace(".", @"\.", StringComparison.Ordinal)}layers", layer = $"{theirs}layers.$1";
        bool hasCross = ours == "decoder.";
        return file.Rename($@"{start}\.(\d)\.attn\.(q|k|v)\w+\.", $"{layer}.self_attn.$2_proj.")
            .Rename($@"{start}\.(\d)\.attn\.out\.", $"{layer}.self_attn.out_proj.")
            .Rename($@"{start}\.(\d)\.cross_attn\.(q|k|v)\w+\.", $"{layer}.encoder_attn.$2_proj.")
            .Rename($@"{start}\.(\d)\.cross_attn\.out\.", $"{layer}.encoder_attn.out_proj.")
            .Rename($@"{start}\.(\d)\.norm1\.", $"{layer}.self_attn_layer_norm.")
            .Rename($@"{start}\.(\d)\.norm2\.", hasCross ? $"{layer}.encoder_attn_layer_norm." : $"{layer}.final_layer_norm.")
            .Rename($@"{start}\.(\d)\.norm3\.", $"{layer}.final_layer_norm.")
            .Rename($@"{start}\.(\d)\.ffn\.", $"{layer}.");
    }

    private static void DelightNames(ForeignFile file, string side, string unit)
    {
        foreach (string map in file.Names($@"^{side}.*\.glt\.\d\.weight"))
        {
            (float[] _, long[] sizes) = file[map];
            if (sizes[0] == 1)
            {
                file.Reshape(map, sizes[1], sizes[2]);
            }
            else
            {
                file.Transpose(map);
                string bias = map.Replace(".weight", ".bias", StringComparison.Ordinal);
                file.Reshape(bias, sizes[0], 1, sizes[1]);
            }
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

        file.Rename($@"^({side}.*)\.cross\.query\.", "$1.encoder_attn.linear_q.")
            .Rename($@"^({side}.*)\.cross\.out\.", "$1.encoder_attn.out_proj.")
            .Rename($@"^({side}.*)\.attn\.out\.", "$1.self_attn.out_proj.").Rename($@"^({side}.*)\.ffn\.", "$1.")
            .Rename($@"^({side}\.layers\.\d)\.norm1\.", "$1.self_attn_layer_norm.")
            .Rename($@"^({side}\.layers\.\d)\.norm_cross\.", "$1.encoder_attn_layer_norm.")
            .Rename($@"^({side}\.layers\.\d)\.norm2\.", "$1.final_layer_norm.")
            .Rename($@"^({side}.*(_layer|dextra_layers\.\d|linear_\w+|out_proj|fc\d))\.weight", "$1.weights");
    }

    private void Same(Module model, ForeignKind kind, Func<ImportOptions, ImportOptions>? change = null)
    {
        ImportOptions options = new() { From = kind };
        ModelImport.Run(_folder["model.pt"], _folder["out"], change?.Invoke(options) ?? options);
        Module read = TrainedModel.Open(_folder["out"]).Module;
        using NoGradientScope _ = new();
        ConfigSpace.Near(Scores(model), Scores(read), 1e-5);
        Assert.Equal(model.ParameterCount, read.ParameterCount);
    }

    private static Tensor Scores(Module module)
    {
        Tensor tokens = ConfigSpace.Tokens(2, 6, Vocab, 3);
        return module switch
        {
            CausalLanguageModel model => model.Forward(tokens, ForwardContext.Inference),
            _ => ((EncoderDecoderModel)module).Forward(ConfigSpace.Tokens(2, 5, 20, 1), tokens, ForwardContext.Inference),
        };
    }
}
