using System.Text.Json;
using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Checkpoints.HuggingFace;
using ManagedTransformer.Inspection;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Checkpoints.HuggingFace;

/// <summary>Folders of the Llama family: what is written is read back bit for bit, what is unknown is refused by key and value.</summary>
public sealed class LlamaFolderTests : IDisposable
{
    private const string Sizes = """
        "hidden_size": 12, "intermediate_size": 20, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
        "vocab_size": 256, "max_position_embeddings": 64
        """;

    private static readonly Dictionary<string, string> _types = new()
    {
        ["llama"] = $$"""{ "model_type": "llama", {{Sizes}}, "head_dim": 6, "rms_norm_eps": 1e-5, "tie_word_embeddings": true }""",
        ["by class"] = $$"""{ "architectures": ["LlamaForCausalLM"], {{Sizes}}, "head_dim": 6, "rope_theta": null }""",
        ["biases"] = $$"""
            { "model_type": "llama", {{Sizes}}, "head_dim": 6, "attention_bias": true, "mlp_bias": true, "hidden_act": "gelu" }
            """,
        ["llama3"] = $$"""
            { "model_type": "llama", {{Sizes}}, "head_dim": 6, "rope_theta": 500000, "rope_scaling": { "rope_type": "llama3",
              "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 16 } }
            """,
        ["parameters"] = $$"""
            { "model_type": "llama", {{Sizes}}, "head_dim": 6, "rope_parameters": { "rope_type": "linear", "factor": 2, "rope_theta": 77 },
              "rope_theta": 5, "rope_scaling": { "type": "yarn", "factor": 3 } }
            """,
        ["mistral"] = $$"""{ "model_type": "mistral", {{Sizes}}, "head_dim": 6, "sliding_window": 3 }""",
        ["mistral without"] = $$"""{ "model_type": "mistral", {{Sizes}}, "head_dim": 6, "sliding_window": null }""",
        ["qwen2"] = $$"""{ "model_type": "qwen2", {{Sizes}}, "head_dim": 6, "sliding_window": 4096 }""",
        ["qwen2 windows"] = $$"""
            { "model_type": "qwen2", {{Sizes}}, "head_dim": 6, "use_sliding_window": true, "sliding_window": 5, "max_window_layers": 1 }
            """,
        ["qwen3"] = $$"""{ "model_type": "qwen3", {{Sizes}}, "head_dim": 8, "tie_word_embeddings": true }""",
        ["qwen3 layers"] = $$"""
            { "model_type": "qwen3", {{Sizes}}, "head_dim": 8, "attention_bias": true, "use_sliding_window": true, "sliding_window": 2,
              "layer_types": ["sliding_attention", "full_attention"] }
            """,
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Types => [.. _types.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Types))]
    public void WhatIsWrittenIsReadBackBitForBit(string type)
    {
        LanguageModel model = Write(type, _folder["first"]);
        model.SaveAsLlama(_folder["second"]);
        LanguageModel again = LanguageModel.Load(_folder["second"]);
        Assert.Equal(Logits(model), Logits(again));
        Assert.Equal(Described(model), Described(again));

        // And as a folder of this library.
        model.Save(_folder["own"]);
        Assert.Equal(Logits(model), Logits(LanguageModel.Load(_folder["own"])));
        Assert.Equal(model.Network.ParameterCount, ModelSummary.Of(_folder["second"]).Parameters);
    }

    [Theory]
    [InlineData("\"model_type\": \"llama\"", "\"model_type\": \"mixtral\"", "mixtral")]
    [InlineData("\"head_dim\": 6", "\"head_dim\": 5", "head_dim is 5")]
    [InlineData("\"rms_norm_eps\": 1e-5", "\"rms_norm_eps\": 1e300", "rms_norm_eps is 1e300")]
    [InlineData("\"head_dim\": 6", "\"head_dim\": 0", "head_dim is 0")]
    [InlineData("\"head_dim\": 6", "\"num_key_value_heads_\": 3, \"head_dim\": 6, \"rope_interleaved\": true", "rope_interleaved")]
    [InlineData("\"head_dim\": 6", "\"head_dim\": 6, \"partial_rotary_factor\": 0.5", "partial_rotary_factor")]
    [InlineData("\"head_dim\": 6", "\"head_dim\": 6, \"quantization_config\": {}", "quantization_config")]
    [InlineData("\"head_dim\": 6", "\"head_dim\": 6, \"sliding_window\": 9", "sliding_window")]
    [InlineData("\"head_dim\": 6", "\"head_dim\": 6, \"hidden_act\": \"mish\"", "hidden_act is 'mish'")]
    [InlineData("\"head_dim\": 6", "\"head_dim\": 6, \"rope_theta\": 0", "rope_theta is 0")]
    [InlineData(
        "\"head_dim\": 6", "\"head_dim\": 6, \"rope_scaling\": { \"rope_type\": \"yarn\", \"factor\": 2 }",
        "rope_scaling.rope_type is 'yarn'")]
    [InlineData("\"head_dim\": 6", "\"head_dim\": 6, \"rope_scaling\": { \"type\": \"dynamic\" }", "rope_scaling.type is 'dynamic'")]
    [InlineData("\"head_dim\": 6", "\"head_dim\": 6, \"rope_scaling\": { \"type\": \"linear\" }", "rope_scaling.factor is missing")]
    [InlineData(
        "\"head_dim\": 6", "\"head_dim\": 6, \"rope_scaling\": { \"rope_type\": \"llama3\", \"factor\": 2 }",
        "low_freq_factor is missing")]
    [InlineData("\"head_dim\": 6", "\"head_dim\": 6, \"architectures\": [\"Qwen3ForCausalLM\"]", "Qwen3ForCausalLM")]
    [InlineData("\"hidden_size\": 12", "\"hidden_size\": -12", "hidden_size is -12")]
    [InlineData("\"head_dim\": 6", "\"head_dim\": 6, \"eos_token_id\": 256", "eos_token_id is 256, and the vocabulary has 256 tokens")]
    [InlineData("\"head_dim\": 6", "\"head_dim\": 6, \"eos_token_id\": [2, 999]", "eos_token_id is [2, 999], and the vocabulary")]
    [InlineData("\"head_dim\": 6", "\"head_dim\": 6, \"bos_token_id\": 9999", "bos_token_id is 9999, and the vocabulary")]
    [InlineData("\"rms_norm_eps\": 1e-5", "\"rms_norm_eps\": -1", "rms_norm_eps is -1")]
    [InlineData("\"rms_norm_eps\": 1e-5", "\"rms_norm_eps\": 0", "rms_norm_eps is 0, it must be positive")]
    [InlineData("\"model_type\": \"llama\"", "\"model_type\": \"qwen3\", \"mlp_bias\": true", "mlp_bias is true, and a model of the type")]
    [InlineData("\"hidden_size\": 12, ", "", "hidden_size is missing")]
    [InlineData("\"head_dim\": 6", "\"head_dim\": 6, \"head_dim\": 6", "config.json: the key 'head_dim' is given twice (line ")]
    [InlineData(
        "\"head_dim\": 6", "\"head_dim\": 6, \"torch_dtype\": \"foo\"", "config.json: torch_dtype is 'foo', the known ones are float32")]
    [InlineData("\"head_dim\": 6", "\"head_dim\": 6, \"dtype\": 16", "config.json: dtype is 16, it must be a text")]
    [InlineData("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "num_key_value_heads is 3")]
    [InlineData("\"vocab_size\": 256", "\"vocab_size\": 255", "embed_tokens.weight")]
    public void WhatCannotBeComputedIsRefused(string part, string replacement, string mention)
    {
        Write("llama", _folder["model"]);
        string path = _folder["model/config.json"];
        File.WriteAllText(path, _types["llama"].Replace(part, replacement, StringComparison.Ordinal));
        string message = Assert.Throws<InputException>(() => LanguageModel.Load(_folder["model"])).Message;
        Assert.Contains(mention, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void TensorsMustBeThoseOfTheModel()
    {
        LanguageModel model = Write("llama", _folder["model"]);
        Dictionary<string, Tensor> tensors = model.Network.Parameters().ToDictionary(
            named => LlamaNames.Of(named.Name), named => (Tensor)named.Parameter);
        float[] expected = Logits(model);

        // Older exports and tied heads that repeat the table.
        Save(tensors.Append(new("model.layers.0.self_attn.rotary_emb.inv_freq", Tensor.Ones(new Shape(3))))
            .Append(new("lm_head.weight", tensors[LlamaNames.Embedding])));
        Assert.Equal(expected, Logits(LanguageModel.Load(_folder["model"])));

        // Saved from the base model.
        Save(tensors.Select(tensor => new KeyValuePair<string, Tensor>(tensor.Key["model.".Length..], tensor.Value)));
        Assert.Equal(expected, Logits(LanguageModel.Load(_folder["model"])));
        Save(tensors.Append(new("lm_head.weight", tensors[LlamaNames.Embedding] + Tensor.Scalar(1))));
        Refused("'lm_head.weight' differs");
        Save(tensors.Append(new("model.extra", Tensor.Ones(new Shape(3)))));
        Refused("'model.extra'");
        Save(tensors.Where(tensor => tensor.Key != "model.norm.weight"));
        Refused("'model.norm.weight' of the shape [12] is missing");
        Save(tensors.Select(tensor => tensor.Key == "model.norm.weight" ? new(tensor.Key, Tensor.Ones(new Shape(11))) : tensor));
        Refused("[11] instead of [12]");

        void Save(IEnumerable<KeyValuePair<string, Tensor>> changed) => ModuleWeights.Save(
            changed.Select(tensor => new NamedBuffer(tensor.Key, tensor.Value)), _folder["model/model.safetensors"]);

        void Refused(string part) => Assert.Contains(
            part, Assert.Throws<InputException>(() => LanguageModel.Load(_folder["model"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("memory", "no memory")]
    [InlineData("norm", "model.norm")]
    [InlineData("window", "window must be 0")]
    [InlineData("bias", "must not be inputs")]
    [InlineData("softmax", "must be rotary")]
    public void WhatTheFamilyCannotExpressIsRefused(string what, string part)
    {
        LanguageModelConfig config = LlamaConfig.Read(JsonDocument.Parse(_types["llama"]).RootElement, "config.json");
        config = what switch
        {
            "memory" => config with { MemoryPositions = ["0"], Memory = new() { Heads = 1, NKeys = 4, KeyDim = 4, TopK = 2 } },
            "norm" => config with { Norm = NormKind.Layer },
            "window" => config with { Rotary = config.Rotary! with { Window = 3, FullLayers = [0] } },
            "bias" => config with { Rotary = config.Rotary! with { QueryKeyNorm = true, Bias = AttentionBias.Inputs } },
            _ => config with { Attention = AttentionKind.Softmax, Rotary = null },
        };
        Assert.Contains(
            part, Assert.Throws<InputException>(() => LlamaCompatibility.TypeOf(config)).Message, StringComparison.Ordinal);
    }

    private static float[] Logits(LanguageModel model) => model.Network.Forward(
        Tensor.From([3, 1, 4, 1, 5, 9, 2, 6], new Shape(1, 8)), ForwardContext.Inference).ToArray();

    private static string Described(LanguageModel model) =>
        JsonSerializer.Serialize(model.Description, DescriptionJson.Default.ModelDescription);

    private static LanguageModel Write(string type, string path)
    {
        Directory.CreateDirectory(path);
        string config = Path.Combine(path, "config.json");
        File.WriteAllText(config, _types[type]);
        CausalLanguageModel network = new(LlamaConfig.Read(config), new RandomSource(5));
        LlamaWeights.Write(Path.Combine(path, "model.safetensors"), network);
        new ByteTokenizer().Save(Path.Combine(path, "tokenizer.json"));
        return LanguageModel.Load(path);
    }
}
