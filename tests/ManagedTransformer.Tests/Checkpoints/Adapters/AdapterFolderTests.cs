using System.Text.Json.Nodes;
using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Inspection;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Serialization;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Checkpoints.Adapters;

/// <summary>Adapters in the folders of PEFT: for the Llama family under the names of transformers, for all others under ours.</summary>
public sealed class AdapterFolderTests : IDisposable
{
    private static readonly LanguageModelConfig _llama = new()
    {
        Vocab = 256,
        Dim = 16,
        Layers = 2,
        Heads = 4,
        Ffn = 20,
        Attention = AttentionKind.Rotary,
        Rotary = new RotaryConfig { KeyHeads = 2 },
        Positions = PositionKind.None,
        GatedFfn = true,
        Activation = Activation.Silu,
        Norm = NormKind.Rms,
        Bias = false,
    };

    private static readonly Dictionary<string, LanguageModelConfig> _models = new()
    {
        ["llama"] = _llama,
        ["mistral"] = _llama with { Rotary = new RotaryConfig { KeyHeads = 2, Window = 3 } },
        ["qwen2"] = _llama with { Rotary = new RotaryConfig { KeyHeads = 2, Bias = AttentionBias.Inputs }, Tie = false },
        ["qwen3"] = _llama with { Rotary = new RotaryConfig { KeyHeads = 2, QueryKeyNorm = true } },
        ["gpt"] = new LanguageModelConfig { Vocab = 256, Dim = 16, Layers = 2, Heads = 2, Positions = PositionKind.Learned },
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Models => [.. _models.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Models))]
    public void WhatIsWrittenIsReadBackBitForBit(string type)
    {
        LanguageModel model = Base(type);
        Adapt(model, new LoraConfig { Rank = 3, Alpha = 7, Targets = ["value", type == "gpt" ? "fc2" : "down"], Dropout = 0.25f });
        model.SaveAdapter(_folder["adapter"]);
        JsonNode config = JsonNode.Parse(File.ReadAllText(_folder["adapter/adapter_config.json"]))!;
        Assert.Equal("LORA", config["peft_type"]!.GetValue<string>());
        Assert.Equal(_folder["base"], config["base_model_name_or_path"]!.GetValue<string>());
        Assert.Equal(
            type == "gpt" ? ["value", "fc2"] : ["v_proj", "down_proj"],
            config["target_modules"]!.AsArray().Select(target => target!.GetValue<string>()));
        using (SafetensorsFile file = SafetensorsFile.Open(_folder["adapter/adapter_model.safetensors"]))
        {
            string value = type == "gpt" ? "layers.1.attn.value" : "model.layers.1.self_attn.v_proj",
                down = type == "gpt" ? "layers.0.ffn.fc2" : "model.layers.0.mlp.down_proj";
            Assert.Equal(8, file.Entries.Count);
            Assert.True(file.TryGetEntry($"base_model.model.{value}.lora_A.weight", out SafetensorsEntry? a));
            Assert.Equal([3, 16], a!.Shape);
            Assert.True(file.TryGetEntry($"base_model.model.{down}.lora_B.weight", out SafetensorsEntry? b));
            Assert.Equal([16, 3], b!.Shape);
        }

        LanguageModel again = LanguageModel.Load(_folder["base"]);
        again.LoadAdapter(_folder["adapter"]);
        Assert.Equal(Logits(model), Logits(again));
        Assert.Equal((3, 7f, 0.25f), (again.Lora!.Rank, again.Lora.Alpha, again.Lora.Dropout));
        Assert.Equal(model.Lora!.Targets, again.Lora.Targets);
        Assert.Equal(Logits(model), Logits(LanguageModel.Load(_folder["adapter"]))); // by the base that it names

        float[] adapted = Logits(again);
        again.MergeAdapter();
        Assert.Null(again.Lora);
        Near(adapted, Logits(again));
        again.Save(_folder["merged"]);
        Assert.Equal(Logits(again), Logits(LanguageModel.Load(_folder["merged"])));
        if (type != "gpt")
        {
            again.SaveAsLlama(_folder["merged-llama"]);
            Assert.Equal(Logits(again), Logits(LanguageModel.Load(_folder["merged-llama"])));
        }
    }

    [Fact]
    public void AModelWithAdaptersIsSavedWithoutItsBase()
    {
        LanguageModel model = Base("llama");
        long whole = new FileInfo(_folder["base/model.safetensors"]).Length;
        Adapt(model, new LoraConfig { Rank = 2 });
        model.Save(_folder["own"]);
        Assert.False(File.Exists(_folder["own/model.safetensors"]));
        Assert.True(new FileInfo(_folder["own/adapter_model.safetensors"]).Length < whole / 2);
        LanguageModel again = LanguageModel.Load(_folder["own"]);
        Assert.Equal(Logits(model), Logits(again));
        Assert.Equal(_folder["base"], again.Description.Base!.Path);
        Assert.Contains("Adapters of rank 2", ModelSummary.Of(_folder["own"]).Reports[0].Sentences[0], StringComparison.Ordinal);
        Assert.Equal(16, ModelSummary.Of(_folder["own"]).Tensors.Count);

        // The base may lie somewhere else, and in another format.
        LanguageModel.Load(_folder["base"]).Save(_folder["copy"]);
        Directory.Delete(_folder["base"], recursive: true);
        Refused(() => LanguageModel.Load(_folder["own"]), $"'{_folder["base"]}', which is not there; say where it is (--base");
        Assert.Equal(Logits(model), Logits(LanguageModel.Load(_folder["own"], adapter: new AdapterOptions { Base = _folder["copy"] })));
        TrainedModel open = TrainedModel.Open(_folder["copy"], new AdapterOptions { Adapter = _folder["own"] });
        Assert.Equal(Logits(model), Logits((LanguageModel)open));
        Assert.Contains(
            "Adapters of rank 2",
            ModelSummary.Of(_folder["copy"], adapter: new AdapterOptions { Adapter = _folder["own"] }).Reports[0].Sentences[0],
            StringComparison.Ordinal);
    }

    [Fact]
    public void AnAdapterOfAnotherModelIsRefused()
    {
        LanguageModel model = Base("llama");
        Adapt(model, new LoraConfig { Rank = 2 });
        model.Save(_folder["own"]);
        Create(_llama, seed: 99).SaveAsLlama(_folder["other"]);
        Refused(
            () => LanguageModel.Load(_folder["own"], adapter: new AdapterOptions { Base = _folder["other"] }),
            "own' belongs to another model than", "other'", "checksum");
        Refused(() => LanguageModel.Load(_folder["other"]).LoadAdapter(_folder["own"]), "belongs to another model");

        // Of other sizes: PEFT's files alone say nothing of the base, but their shapes do.
        model.SaveAdapter(_folder["peft"]);
        LanguageModelConfig wide = _llama with { Dim = 24, Heads = 6 };
        Create(wide).SaveAsLlama(_folder["wide"]);
        LanguageModel other = LanguageModel.Load(_folder["wide"]);
        Refused(() => other.LoadAdapter(_folder["peft"]), "lora_A.weight' has the shape [2, 16]", "[2, 24]");
        Create(_models["gpt"]).Save(_folder["gpt"]);
        Refused(
            () => LanguageModel.Load(_folder["gpt"]).LoadAdapter(_folder["peft"]),
            "adapter_config.json", "[q_proj, k_proj, v_proj, o_proj]", "query, key, value, out, fc1, fc2");
    }

    [Theory]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Int8)]
    [InlineData(DType.Int4)]
    public void AdaptersStandBesideRoundedWeights(DType weights)
    {
        LanguageModel model = Base("llama");
        Adapt(model, new LoraConfig { Rank = 2 });
        model.SaveAdapter(_folder["adapter"]);
        model.Save(_folder["own"]);
        float[] exact = Logits(model);
        model.Network.RoundWeights(weights);
        float[] expected = Logits(model);
        Assert.NotEqual(exact, expected);

        Assert.Equal(expected, Logits(LanguageModel.Load(_folder["adapter"], weights)));
        Assert.Equal(expected, Logits(LanguageModel.Load(_folder["own"], weights)));
        Assert.Equal(expected, Logits(LanguageModel.Load(_folder["base"], weights, new AdapterOptions { Adapter = _folder["adapter"] })));
        LanguageModel rounded = LanguageModel.Load(_folder["base"], weights);
        Refused(() => rounded.LoadAdapter(_folder["own"]), $"Weights in {weights} do not show", _folder["own"]);
    }

    [Fact]
    public void OneAdapterAtATime()
    {
        LanguageModel model = Base("llama");
        Refused(model.MergeAdapter, "no adapters to merge");
        Refused(() => model.SaveAdapter(_folder["none"]), "no adapters to save");
        Refused(() => model.LoadAdapter(_folder["base"]), "is no adapter");
        Refused(() => LanguageModel.Load(_folder["base"], adapter: new AdapterOptions { Base = _folder["base"] }), "is a whole model");
        Adapt(model, new LoraConfig { Rank = 2 });
        model.Save(_folder["own"]);
        Refused(() => LanguageModel.Load(_folder["own"]).LoadAdapter(_folder["own"]), "has adapters already");
        Refused(() => model.SaveAsLlama(_folder["x"]), "merged into the weights first");

        // An adapter as the base of an adapter could go round in circles.
        AdapterOptions circle = new() { Base = _folder["own"] };
        Refused(() => LanguageModel.Load(_folder["own"], adapter: circle), "is an adapter itself");
    }

    [Fact]
    public void WhatPythonsPeftWritesIsRead()
    {
        LanguageModel model = Base("llama");
        Adapt(model, new LoraConfig { Rank = 4, Alpha = 8, Targets = ["query", "key", "value", "out", "gate", "up", "down"] });
        model.SaveAdapter(_folder["peft"]);
        float[] expected = Logits(model);
        Change("peft", config =>
        {
            config["target_modules"] = "all-linear";
            config["use_rslora"] = true;
            config["lora_alpha"] = 4; // 4 / sqrt(4) is 8 / 4
            config["base_model_name_or_path"] = "HuggingFaceTB/SmolLM2-135M";
            config["revision"] = null;
            config["auto_mapping"] = new JsonObject { ["base_model_class"] = "LlamaForCausalLM" };
            config["loftq_config"] = new JsonObject();
            config["rank_pattern"] = new JsonObject();
            config["modules_to_save"] = null;
            config["megatron_core"] = "megatron.core";
            config["qalora_group_size"] = 16;
            config["layers_to_transform"] = null;
            config["init_lora_weights"] = true;
        });
        Refused(() => LanguageModel.Load(_folder["peft"]), "belongs to the model 'HuggingFaceTB/SmolLM2-135M', which is not there");
        LanguageModel again = LanguageModel.Load(_folder["base"], adapter: new AdapterOptions { Adapter = _folder["peft"] });
        Assert.Equal(expected, Logits(again));
        Assert.Equal(expected, Logits(LanguageModel.Load(_folder["peft"], adapter: new AdapterOptions { Base = _folder["base"] })));
    }

    [Theory]
    [InlineData("peft_type", "\"LOHA\"", "peft_type is 'LOHA'")]
    [InlineData("peft_type", "null", "peft_type is missing")]
    [InlineData("r", "0", "r is 0")]
    [InlineData("r", "\"8\"", "r is \"8\"")]
    [InlineData("lora_alpha", "-1", "lora_alpha is -1")]
    [InlineData("lora_dropout", "1", "lora_dropout is 1")]
    [InlineData("use_dora", "true", "use_dora is true")]
    [InlineData("fan_in_fan_out", "true", "fan_in_fan_out is true")]
    [InlineData("bias", "\"all\"", "bias is 'all'")]
    [InlineData("modules_to_save", "[\"lm_head\"]", "modules_to_save is")]
    [InlineData("rank_pattern", "{ \"q_proj\": 2 }", "rank_pattern is")]
    [InlineData("alpha_pattern", "{ \"q_proj\": 2 }", "alpha_pattern is")]
    [InlineData("layers_to_transform", "1", "layers_to_transform is 1")]
    [InlineData("exclude_modules", "\"lm_head\"", "exclude_modules is")]
    [InlineData("init_lora_weights", "\"pissa_niter_4\"", "init_lora_weights is 'pissa_niter_4'")]
    [InlineData("task_type", "\"SEQ_CLS\"", "task_type is 'SEQ_CLS'")]
    [InlineData("target_modules", "\".*_proj\"", "target_modules is the regular expression '.*_proj'")]
    [InlineData("target_modules", "[\"q_proj\", \"foo\"]", "target_modules has 'foo', which is no linear map of the model")]
    [InlineData("target_modules", "[]", "target_modules is missing or empty")]
    [InlineData("target_modules", "[\"c_attn\"]", "target_modules [c_attn] names no linear map")]
    [InlineData("some_new_variant", "true", "some_new_variant is true")]
    public void WhatIsNotSupportedIsRefusedByKeyAndValue(string key, string value, string expected)
    {
        LanguageModel model = Base("llama");
        Adapt(model, new LoraConfig { Rank = 2 });
        model.SaveAdapter(_folder["peft"]);
        Change("peft", config => config[key] = JsonNode.Parse(value));
        Refused(() => LanguageModel.Load(_folder["base"]).LoadAdapter(_folder["peft"]), "adapter_config.json: " + expected);
    }

    [Fact]
    public void TensorsAreExactlyThoseOfTheMaps()
    {
        LanguageModel model = Base("llama");
        Adapt(model, new LoraConfig { Rank = 2 });
        model.SaveAdapter(_folder["peft"]);
        Change("peft", config => config["target_modules"] = new JsonArray("q_proj"));
        Refused(Load, "has the tensor 'base_model.model.model.layers.0.self_attn.k_proj.lora_A.weight'", "that the model does not have");
        Change("peft", config => config["target_modules"] = new JsonArray("q_proj", "k_proj", "v_proj", "o_proj", "up_proj"));
        Refused(Load, "lacks the tensor 'base_model.model.model.layers.0.mlp.up_proj.lora_A.weight' of the shape [2, 16]");
        Change("peft", config => config["target_modules"] = new JsonArray("q_proj", "k_proj", "v_proj", "o_proj"));
        Change("peft", config => config["r"] = 3);
        Refused(Load, "q_proj.lora_A.weight' has the shape [2, 16]", "[3, 16] in the model");
        File.WriteAllText(_folder["peft/adapter_model.safetensors"], "nothing");
        Refused(Load, "adapter_model.safetensors");
        File.Delete(_folder["peft/adapter_model.safetensors"]);
        Refused(Load, "is no adapter", "lacks adapter_config.json or adapter_model.safetensors");

        void Load() => LanguageModel.Load(_folder["base"]).LoadAdapter(_folder["peft"]);
    }

    private static LanguageModel Create(LanguageModelConfig config, ulong seed = 5) => new(
        new CausalLanguageModel(config, new RandomSource(seed)),
        new ByteTokenizer(),
        new ModelDescription { Architecture = Recipe.TransformerLanguageModel, Model = config, Context = 16 });

    private static void Adapt(LanguageModel model, LoraConfig lora)
    {
        model.Attach(lora, new RandomSource(7));
        RandomSource random = new(8);
        foreach (NamedMap named in LoraAdapters.Maps(model.Network).Where(named => named.Map.Adapter is not null))
        {
            named.Map.Adapter!.Up.Assign(Tensor.Normal(named.Map.Adapter.Up.Shape, 0, 0.3f, random.NextKey()));
        }
    }

    private static float[] Logits(LanguageModel model)
    {
        using NoGradientScope _ = new();
        return model.Network.Forward(Tensor.From([3, 1, 4, 1, 5, 9, 2, 6], new Shape(1, 8)), ForwardContext.Inference).ToArray();
    }

    private static void Near(float[] expected, float[] actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));

    private static void Refused(Action action, params string[] mentions)
    {
        string message = Assert.Throws<InputException>(action).Message;
        Assert.All(mentions, mention => Assert.Contains(mention, message, StringComparison.Ordinal));
    }

    private LanguageModel Base(string type)
    {
        LanguageModel model = Create(_models[type]);
        if (type == "gpt")
        {
            model.Save(_folder["base"]);
        }
        else
        {
            model.SaveAsLlama(_folder["base"]);
        }

        return LanguageModel.Load(_folder["base"]);
    }

    private void Change(string folder, Action<JsonObject> change)
    {
        string path = _folder[$"{folder}/adapter_config.json"];
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(config);
        File.WriteAllText(path, config.ToJsonString());
    }
}
