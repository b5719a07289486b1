using System.Text.Json;
using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>
/// <c>config.json</c> of the Llama family (<see cref="LlamaType"/>): sizes and options as transformers' configuration classes have them.
/// What changes the model and cannot be computed here is refused by key and value; unknown keys are ignored, as there.
/// </summary>
internal static class LlamaConfig
{
    private static readonly (string Name, Activation Activation)[] _activations =
    [
        ("silu", Activation.Silu), ("gelu", Activation.Gelu), ("gelu_pytorch_tanh", Activation.GeluTanh), ("gelu_new", Activation.GeluTanh),
        ("relu", Activation.Relu), ("swish", Activation.Silu),
    ];

    /// <summary>The model that a file describes.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing or malformed, or asks for something that is not supported.</exception>
    public static LanguageModelConfig Read(string path) => JsonFile.ReadOnce(path, root => Read(root, path));

    /// <summary>The model that an object describes.</summary>
    /// <param name="root">The object.</param>
    /// <param name="path">Named in errors.</param>
    /// <exception cref="InputException">It asks for something that is not supported.</exception>
    public static LanguageModelConfig Read(JsonElement root, string path)
    {
        ConfigReader json = new(root, path);
        LlamaType type = FindType(json);
        RefuseOtherFunctions(json);
        TorchTypes.RequireKnown(json);
        int dim = json.Size("hidden_size"), heads = json.Size("num_attention_heads"), layers = json.Size("num_hidden_layers");
        bool hasFfnBias = json.Flag("mlp_bias", false);
        int vocabulary = json.Size("vocab_size"), begin = json.Count("bos_token_id", 0);
        json.Refuse(begin >= vocabulary, "bos_token_id", $"is {begin}, and the vocabulary has {vocabulary} tokens");
        double epsilon = json.Number("rms_norm_eps", 1e-6);
        json.Refuse((float)epsilon is not (> 0 and < float.MaxValue), "rms_norm_eps", $"is {epsilon}, it must be positive");
        json.Refuse(
            hasFfnBias && type != LlamaType.Llama, "mlp_bias", $"is true, and a model of the type '{type.Name}' has no such biases");
        LanguageModelConfig config = new()
        {
            Vocab = vocabulary,
            Dim = dim,
            Layers = layers,
            Heads = heads,
            Attention = AttentionKind.Rotary,
            Rotary = ReadAttention(json, type, dim, heads, layers),
            Ffn = json.Size("intermediate_size"),
            GatedFfn = true,
            Activation = ReadActivation(json),
            Norm = NormKind.Rms,
            NormEpsilon = (float)epsilon,
            Tie = json.Flag("tie_word_embeddings", false),
            Positions = PositionKind.None,
            MaxPositions = json.Size("max_position_embeddings", type.MaxPositions),
            Bias = false,
            FfnBias = hasFfnBias ? true : null,
            AttentionDropout = (float)json.Number("attention_dropout", 0),
            Init = InitializationScheme.Gpt2,
        };
        config.Validate(path);
        return config;
    }

    /// <summary>Whether a model type belongs to the family.</summary>
    /// <param name="type">A <c>model_type</c>.</param>
    public static bool Knows(string type) => LlamaType.All.Any(known => known.Name == type);

    /// <summary>The name of an activation in files; null where it has none.</summary>
    public static string? ActivationName(Activation activation) =>
        _activations.FirstOrDefault(known => known.Activation == activation).Name;

    private static LlamaType FindType(ConfigReader json)
    {
        string? named = json.Text("model_type"), architecture = json.FirstText("architectures");
        LlamaType? type = LlamaType.All.FirstOrDefault(known => named is null ? known.Class == architecture : known.Name == named);
        if (type is null)
        {
            throw json.Error(named is null ? "architectures" : "model_type",
                $"is '{named ?? architecture}'; the known ones are {string.Join(", ", LlamaType.All.Select(known => known.Name))}");
        }

        // A base model's class has another ending; what counts is the family.
        string family = type.Class[..^"ForCausalLM".Length];
        json.Refuse(architecture is not null && !architecture.StartsWith(family, StringComparison.Ordinal), "architectures",
            $"names '{architecture}', and model_type is '{type.Name}'");
        return type;
    }

    private static void RefuseOtherFunctions(ConfigReader json)
    {
        json.Refuse(
            json.IsGiven("quantization_config"), "quantization_config", "is given; quantised weights of other programs are not read");
        json.Refuse(json.Flag("rope_interleaved", false), "rope_interleaved", "is true; only the half layout of rotations is computed");
        json.Refuse(json.Number("partial_rotary_factor", 1) != 1, "partial_rotary_factor", "is not 1; only whole heads are rotated");
    }

    private static RotaryConfig ReadAttention(ConfigReader json, LlamaType type, int dim, int heads, int layers)
    {
        bool hasBias = json.Flag("attention_bias", false);
        json.Refuse(hasBias && type != LlamaType.Llama && type != LlamaType.Qwen3, "attention_bias",
            $"is true; '{type.Name}' says by itself which biases there are");
        int keyHeads = type.KeyHeads == 0 ? json.Size("num_key_value_heads") : json.Size("num_key_value_heads", type.KeyHeads ?? heads);
        json.Refuse(heads % keyHeads != 0, "num_key_value_heads", $"is {keyHeads}, it must divide num_attention_heads ({heads})");
        int width = json.Size("head_dim", type.HeadDim ?? (dim % heads == 0 ? dim / heads : 0));
        json.Refuse(width == 0, "num_attention_heads", $"is {heads}, it does not divide hidden_size ({dim}), and head_dim is absent");
        json.Refuse(width % 2 != 0, "head_dim", $"is {width}, it must be even");
        (double theta, RotaryScaling? scaling) = LlamaRope.Read(json);
        (int window, IReadOnlyList<int>? full) = LlamaWindows.Read(json, type, layers);
        return new RotaryConfig
        {
            KeyHeads = keyHeads == heads ? null : keyHeads,
            HeadDim = dim % heads == 0 && width == dim / heads ? null : width,
            Theta = theta,
            Scaling = scaling,
            QueryKeyNorm = type == LlamaType.Qwen3,
            Bias = type == LlamaType.Qwen2 ? AttentionBias.Inputs : hasBias ? AttentionBias.All : AttentionBias.None,
            Window = window,
            FullLayers = full,
        };
    }

    private static Activation ReadActivation(ConfigReader json)
    {
        string name = json.Text("hidden_act") ?? _activations[0].Name;
        int index = Array.FindIndex(_activations, known => known.Name == name);
        return index >= 0
            ? _activations[index].Activation
            : throw json.Error(
                "hidden_act", $"is '{name}', the supported ones are {string.Join(", ", _activations.Select(known => known.Name))}");
    }
}
