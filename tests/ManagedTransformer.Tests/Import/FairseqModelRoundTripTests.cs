using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Import;

/// <summary>Language models under the names of fairseq's releases.</summary>
public sealed class FairseqModelRoundTripTests : RoundTrip
{
    private static readonly LanguageModelConfig _basis = new()
    {
        Vocab = Vocab,
        Dim = 8,
        Layers = 2,
        Heads = 2,
        Ffn = 12,
        PreNorm = true,
        FinalNorm = true,
        Tie = true,
        ScaleEmbedding = true,
        MaxPositions = 30,
        PaddingIdx = 1,
        Positions = PositionKind.Half,
    };

    // How the head is stored, and which of tables and projections the softmax has from the input.
    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    [InlineData(false, true, true)]
    public void AdaptiveInputAndSoftmax(bool isOneHead, bool hasTiedTables, bool hasTiedProjections)
    {
        bool isTied = hasTiedTables && hasTiedProjections;
        CausalLanguageModel model = Model(_basis with
        {
            FinalNorm = false,
            Tie = isTied,
            Adaptive = new AdaptiveClusters { Cutoffs = [8, 16], Div = 2, Form = AdaptiveForm.Fairseq },
            ScaleEmbedding = false,
            Activation = Activation.GeluTanh,
        });
        ForeignFile file = new(model);
        const string Softmax = "decoder.adaptive_softmax.";
        if (isTied)
        {
            file[$"{Softmax}head.word_proj.weight"] = file["embed.bands.0.weight"];
        }
        else
        {
            if (hasTiedTables)
            {
                file.Change("head.bands.0.weight", _ => file["embed.bands.0.weight"].Values);
            }

            file.Rename(@"^head\.bands\.0\.", $"{Softmax}head.word_proj.");
        }

        file.Rename(@"^head\.class\.", $"{Softmax}head.class_proj.");
        foreach (int band in (int[])[1, 2])
        {
            string ours = $"head.bands.{band}.weight", table = $"{Softmax}tail.{band - 1}.2.weight";
            string map = $"head.proj.{band}.weight", projection = $"{Softmax}tail.{band - 1}.0.weight";
            if (isTied)
            {
                file[table] = file[$"embed.bands.{band}.weight"];
                file[projection] = file[$"embed.proj.{band}.weight"];
                continue;
            }

            if (hasTiedTables)
            {
                file.Change(ours, _ => file[$"embed.bands.{band}.weight"].Values);
            }

            if (hasTiedProjections)
            {
                // Stored as the input has them, [D, dim].
                file.Change(map, _ => file[$"embed.proj.{band}.weight"].Values);
            }
            else
            {
                file.Transpose(map);
            }

            file[projection] = file[map];
            file[table] = file[ours];
            file.Remove(map).Remove(ours);
        }

        if (isOneHead)
        {
            file.Join($"{Softmax}head.weight", $"{Softmax}head.word_proj.weight", $"{Softmax}head.class_proj.weight");
        }

        file.Rename(@"^embed\.bands\.(\d)\.weight", "decoder.embed_tokens.embeddings.$1.0.weight")
            .Rename(@"^embed\.proj\.(\d)\.weight", "decoder.embed_tokens.embeddings.$1.1.weight");
        file["decoder.adaptive_softmax.version"] = ([1f], [1]);
        Settings(Names(file)).Set("adaptive_input_cutoff", "8,16").Set("adaptive_input_factor", 2.0)
            .Set("adaptive_softmax_cutoff", "8,16").Set("adaptive_softmax_factor", 2).Set("activation_fn", "gelu_fast");
        file.Write(File, "args");
        Same(model, ForeignKind.Fairseq);
    }

    [Fact]
    public void LearntPositionsANormBehindThemAndAPrunedLayer()
    {
        CausalLanguageModel model = Model(_basis with
        {
            Heads = 4,
            PreNorm = false,
            FinalNorm = null,
            Tie = false,
            EmbeddingNorm = true,
            ScaleEmbedding = false,
            Positions = PositionKind.Learned,
        });
        ForeignFile file = Names(new ForeignFile(model));
        file.Rename(@"^decoder\.layers\.1\.", "decoder.layers.5.");
        file.Set("decoder_attention_heads", 4).Set("no_scale_embedding", true).Set("decoder_normalize_before", false);
        file.Write(File, "args");
        Same(model, ForeignKind.Fairseq);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OldLayoutsApplyNoFinalNorm(bool hasVersion)
    {
        CausalLanguageModel model = Model(_basis with { FinalNorm = false, Activation = Activation.Silu });
        ForeignFile file = FairseqNames.Join(Names(new ForeignFile(model)));
        file.Remove("decoder.version");
        if (hasVersion)
        {
            file["decoder.version"] = ([2f], [1]);
        }

        file["decoder.layer_norm.weight"] = file["decoder.layer_norm.bias"] = ([2, 2, 2, 2, 2, 2, 2, 2], [8]);
        file["decoder.embed_positions._float_tensor"] = ([1f], [1]);
        Settings(file).Set("activation_fn", "swish").Write(File, "args");
        ImportResult result = Same(model, ForeignKind.Fairseq);
        Assert.Contains(result.Notes, note => note.Contains("decoder.layer_norm", StringComparison.Ordinal));
        Assert.Contains("decoder.layer_norm.weight", result.Ignored);
    }

    // cfg.model is a namespace or a dictionary, and the task knows what the model does not.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SettingsOfRelease012(bool isNamespace)
    {
        CausalLanguageModel model = Model(_basis with { Positions = PositionKind.None });
        ForeignFile file = Names(new ForeignFile(model));
        file.Set("_name", "transformer_lm").Set("decoder_attention_heads", 2).Set("decoder_normalize_before", true)
            .Set("no_token_positional_embeddings", true);
        file.Write(File, null, more: pickle =>
        {
            pickle.Text("args").Op("N").Text("cfg").Op("}(").Text("model");
            file.WriteSettings(pickle, isNamespace);
            pickle.Text("task").Op("}(").Text("tokens_per_sample").Int(30).Op("uu");
        });
        Same(model, ForeignKind.Fairseq);
        Assert.Equal(30, ((LanguageModel)TrainedModel.Open(this["out"])).Network.Config.MaxPositions);
    }

    [Fact]
    public void MovingAveragesAreTakenWhenAskedFor()
    {
        CausalLanguageModel model = Model(_basis), last = Model(_basis);
        ForeignFile averages = Names(new ForeignFile(model)), file = Settings(Names(new ForeignFile(last)));
        file.Change(_ => 0.5f).Write(File, "args", more: pickle =>
            averages.WriteTensors(pickle.Text("extra_state").Op("}(").Text("ema"), file).Op("u"));
        Same(model, ForeignKind.Fairseq, options => options with { Ema = true });
        Directory.Delete(this["out"], recursive: true);
        Assert.ThrowsAny<Exception>(() => Same(model, ForeignKind.Fairseq));
        Directory.Delete(this["out"], recursive: true);

        Settings(Names(new ForeignFile(model))).Write(File, "args");
        Refused(ForeignKind.Fairseq, "extra_state.ema", options => options with { Ema = true });
    }

    [Fact]
    public void OtherNamesAreMapped()
    {
        CausalLanguageModel model = Model(_basis);
        ForeignFile file = Names(new ForeignFile(model));
        file.Rename(@"^decoder\.embed_tokens\.weight", "table").Rename(@"^decoder\.layers\.1\.fc2\.bias", "b");
        Settings(file).Write(File, "args");
        Refused(ForeignKind.Fairseq, "decoder.embed_tokens.weight");
        Refused(ForeignKind.Fairseq, "'nothing'", options => options with
        {
            Renames = new Dictionary<string, string> { ["embed.weight"] = "table", ["nothing"] = "b" },
        });
        Same(model, ForeignKind.Fairseq, options => options with
        {
            Renames = new Dictionary<string, string> { ["embed.weight"] = "table", ["layers.1.ffn.fc2.bias"] = "b" },
        });
    }

    [Theory]
    [InlineData("arch", "fconv_lm")]
    [InlineData("arch", "transformer_lm_moe")]
    [InlineData("character_embeddings", true)]
    [InlineData("scale_heads", true)]
    [InlineData("use_rfa", true)]
    [InlineData("decoder_input_dim", 16)]
    [InlineData("decoder_output_dim", 16)]
    [InlineData("activation_fn", "mish")]
    [InlineData("decoder_attention_heads", 0)]
    [InlineData("decoder_attention_heads", 3)]
    [InlineData("max_target_positions", -1)]
    [InlineData("max_target_positions", 2_000_000_000)]
    [InlineData("dropout", 1.5)]
    [InlineData("dropout", "much")]
    public void SettingsThatCannotBeRepresentedAreRefused(string setting, object value)
    {
        ForeignFile file = Names(new ForeignFile(Model(_basis)));
        Settings(file).Set(setting, value).Write(File, "args");
        Refused(ForeignKind.Fairseq, setting is "arch" ? (string)value : setting == "decoder_attention_heads" ? "heads" : setting);
    }

    [Theory]
    [InlineData("decoder.layers.0.self_attn.bias_k", "bias_k")]
    [InlineData("decoder.layers.0.fc1.weight_quantizer.scale", "weight_quantizer")]
    [InlineData("decoder.adaptive_softmax.tail.0.0.weight", "adaptive softmax")]
    [InlineData("decoder.project_in_dim.weight", "project_in_dim")]
    [InlineData("decoder.layers.0.w_resid", "w_resid")]
    public void TensorsThatHaveNoUseAreRefused(string tensor, string word)
    {
        ForeignFile file = Names(new ForeignFile(Model(_basis)));
        file[tensor] = ([1f], [1]);
        Settings(file).Write(File, "args");
        Refused(ForeignKind.Fairseq, word);
    }

    private static ForeignFile Settings(ForeignFile file) => file.Set("arch", "transformer_lm").Set("decoder_attention_heads", 2)
        .Set("decoder_normalize_before", true).Set("max_target_positions", 30);

    private static ForeignFile Names(ForeignFile file)
    {
        file["decoder.version"] = ([3f], [1]);
        return FairseqNames.Layers(file, "", "decoder.")
            .Rename("^embed.weight", "decoder.embed_tokens.weight").Rename("^positions.weight", "decoder.embed_positions.weight")
            .Rename("^embed_norm", "decoder.layernorm_embedding").Rename("^output.weight", "decoder.embed_out")
            .Rename(@"^norm\.", "decoder.layer_norm.");
    }
}
