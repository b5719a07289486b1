using ManagedTransformer.Architectures.ProductKeyMemory;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Import;

/// <summary>Language models with product-key memories, under the names of XLM.</summary>
public sealed class XlmRoundTripTests : RoundTrip
{
    private static readonly LanguageModelConfig _basis = new()
    {
        Vocab = Vocab,
        Dim = 8,
        Layers = 2,
        Heads = 2,
        PreNorm = false,
        OutputBias = true,
        EmbeddingNorm = true,
        NormEpsilon = 1e-12f,
        Activation = Activation.Gelu,
        Positions = PositionKind.Learned,
        MaxPositions = 30,
    };

    [Fact]
    public void FlatKeysSharedValuesAndSeveralLanguages()
    {
        CausalLanguageModel model = Model(_basis with
        {
            Tie = false,
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

        foreach (int map in (int[])[0, 1])
        {
            file.Rename($@"\.query\.{map}\.", $".query_proj.query_mlps.{3 * map}.")
                .Rename($@"\.query_norm\.{map}\.", $".query_proj.query_mlps.{(3 * map) + 1}.");
        }

        file["memories.0_after.query_proj.query_mlps.1.num_batches_tracked"] = ([7f], [1]);
        Settings(Names(file)).Set("mem_query_batchnorm", true).Set("mem_query_bias", true).Set("mem_temperature", 2.0)
            .Set("mem_share_values", true).Set("mem_query_layer_sizes", new object[] { 0, 5, 0 }).Set("mem_product_quantization", false)
            .Set("mem_enc_positions", new object[] { (1, "in"), (0, "after") }).Set("n_langs", 2)
            .Set("lang2id", new Dictionary<string, int> { ["en"] = 0, ["de"] = 1 });
        Write(file);
        Refused(ForeignKind.Xlm, "en, de");
        Refused(ForeignKind.Xlm, "does not speak 'fr' (--language)", options => options with { Language = "fr" });
        Same(model, ForeignKind.Xlm, options => options with { Language = "de" });
    }

    [Fact]
    public void OneSetOfProductKeysAndALongQueryWithoutNormsOrBiases()
    {
        CausalLanguageModel model = Model(_basis with
        {
            Tie = true,
            Activation = Activation.Relu,
            MemoryPositions = ["0"],
            Memory = new ProductKeyMemoryConfig
            {
                Heads = 2,
                NKeys = 5,
                KeyDim = 6,
                TopK = 3,
                BatchNorm = false,
                QueryBias = false,
                QueryHidden = [5, 4],
            },
        });
        ForeignFile file = new(model);
        const string Keys = "layers.0.memory.keys.weight";
        file.Change(Keys, keys => [.. Enumerable.Range(0, keys.Length).Select(i => keys[i % 15])]);
        file[Keys] = (file[Keys].Values[..15], [5, 3]);
        for (int map = 2; map >= 0; map--)
        {
            file.Rename($@"\.query\.{map}\.", $".query_proj.query_mlps.{2 * map}.");
        }

        Settings(Names(file)).Set("mem_query_batchnorm", false).Set("mem_query_bias", false).Set("mem_k_dim", 6)
            .Set("mem_query_layer_sizes", new object[] { 0, 5, 4, 0 }).Set("mem_enc_positions", new object[] { (0, "in") })
            .Set("gelu_activation", false);
        file["pred_layer.proj.weight"] = file["embeddings.weight"];
        file.Set("lang2id", new Dictionary<string, int> { ["en"] = 0 });
        Write(file);
        Refused(ForeignKind.Xlm, "does not speak 'de'", options => options with { Language = "de" });
        Same(model, ForeignKind.Xlm, options => options with { Language = "en" });
    }

    [Fact]
    public void OneSetOfFlatKeys()
    {
        CausalLanguageModel model = Model(_basis with
        {
            Tie = false,
            MemoryPositions = ["1"],
            Memory = new ProductKeyMemoryConfig
            {
                Heads = 2,
                NKeys = 6,
                KeyDim = 4,
                TopK = 3,
                FlatKeys = true,
                SharedKeys = true,
                BatchNorm = false,
            },
        });
        ForeignFile file = new(model);
        file.Rename(@"\.memory\.query\.", ".memory.query_proj.query_mlps.0.");
        Settings(Names(file)).Set("mem_query_batchnorm", false).Set("mem_query_layer_sizes", new object[] { 0, 0 })
            .Set("mem_enc_positions", new object[] { (1, "in") });
        Write(file);
        Same(model, ForeignKind.Xlm);
    }

    [Theory]
    [InlineData("asm", true)]
    [InlineData("mem_input2d", true)]
    [InlineData("mem_grouped_conv", true)]
    [InlineData("mem_multi_query_net", true)]
    [InlineData("mem_shuffle_indices", true)]
    [InlineData("mem_shuffle_query", true)]
    [InlineData("mem_query_residual", true)]
    [InlineData("mem_normalize_query", true)]
    [InlineData("mem_score_normalize", true)]
    [InlineData("mem_score_subtract", "mean")]
    [InlineData("mem_score_softmax", false)]
    [InlineData("mem_modulo_size", 7)]
    [InlineData("mem_v_dim", 5)]
    [InlineData("mem_query_layer_sizes", "")]
    [InlineData("mem_temperature", 0.0)]
    [InlineData("mem_heads", "two")]
    [InlineData("clm_steps", "")]
    [InlineData("n_words", 25)]
    [InlineData("emb_dim", 16)]
    [InlineData("n_layers", 0)]
    public void SettingsThatCannotBeRepresentedAreRefused(string setting, object value)
    {
        CausalLanguageModel model = Model(_basis with
        {
            Tie = false,
            MemoryPositions = ["1"],
            Memory = new ProductKeyMemoryConfig { Heads = 2, NKeys = 6, KeyDim = 4, TopK = 3, BatchNorm = false },
        });
        ForeignFile file = new(model);
        file.Rename(@"\.memory\.query\.", ".memory.query_proj.query_mlps.0.");
        file.Set(setting, value);
        Settings(Names(file), except: setting).Set("mem_query_batchnorm", false).Set("mem_enc_positions", new object[] { (1, "in") });
        if (setting != "mem_query_layer_sizes")
        {
            file.Set("mem_query_layer_sizes", new object[] { 0, 0 });
        }

        Write(file);
        Refused(ForeignKind.Xlm, setting);
    }

    private static ForeignFile Settings(ForeignFile file, string except = "")
    {
        foreach ((string name, object value) in (ReadOnlySpan<(string, object)>)
            [
                ("emb_dim", 8), ("n_layers", 2), ("n_heads", 2), ("gelu_activation", true), ("use_memory", true), ("mem_heads", 2),
                ("mem_k_dim", 4), ("mem_knn", 3), ("clm_steps", new object[] { "en" }),
            ])
        {
            if (name != except)
            {
                file.Set(name, value);
            }
        }

        return file;
    }

    private static ForeignFile Names(ForeignFile file) => file.Rename(@"\.memory\.", ".#in.").Rename(@"\.memory_after\.", ".#after.")
        .Rename(@"^layers\.(\d)\.#(\w+)\.", "memories.$1_$2.").Rename(@"\.keys\.weight", ".keys")
        .Rename("^embed.weight", "embeddings.weight").Rename("^positions.weight", "position_embeddings.weight")
        .Rename("^embed_norm", "layer_norm_emb").Rename(@"^output\.", "pred_layer.proj.")
        .Rename(@"^layers\.(\d)\.attn\.(q|k|v)\w+\.", "attentions.$1.$2_lin.")
        .Rename(@"^layers\.(\d)\.attn\.out\.", "attentions.$1.out_lin.")
        .Rename(@"^layers\.(\d)\.norm(\d)\.", "layer_norm$2.$1.").Rename(@"^layers\.(\d)\.ffn\.fc(\d)\.", "ffns.$1.lin$2.");

    private void Write(ForeignFile file) => file.Write(File, "params", isNamespace: false, pickle =>
    {
        pickle.Text("dico_id2word").Op("}(");
        for (int id = 0; id < Vocab; id++)
        {
            pickle.Int(id).Text($"w{id}");
        }

        pickle.Op("u");
    });
}
