using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;

namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>Which of our models belong to the Llama family: everything outside these slots would be lost.</summary>
internal static class LlamaCompatibility
{
    /// <summary>The type that expresses a model.</summary>
    /// <param name="config">The model.</param>
    /// <exception cref="InputException">There is none; the message names the first setting that does not fit.</exception>
    public static LlamaType TypeOf(LanguageModelConfig config)
    {
        if (config.Rotary is not { } rotary || config.Attention != AttentionKind.Rotary)
        {
            throw Refused("model.attention must be rotary");
        }

        if (FindObstacle(config) is { } obstacle)
        {
            throw Refused(obstacle);
        }

        LlamaType type = Nearest(rotary);
        return FindConflict(config, rotary, type) is { } conflict ? throw Refused($"{conflict}, as '{type.Name}' has it") : type;
    }

    /// <summary>Whether some type expresses a model.</summary>
    /// <param name="config">The model.</param>
    public static bool Fits(LanguageModelConfig config) => config is { Rotary: { } rotary, Attention: AttentionKind.Rotary }
        && FindObstacle(config) is null && FindConflict(config, rotary, Nearest(rotary)) is null;

    private static LlamaType Nearest(RotaryConfig rotary) => rotary switch
    {
        { QueryKeyNorm: true } => LlamaType.Qwen3,
        { Bias: AttentionBias.Inputs } => LlamaType.Qwen2,
        { Window: > 0, FullLayers: null } => LlamaType.Mistral,
        _ => LlamaType.Llama,
    };

    private static InputException Refused(string why) => new($"The Llama family cannot express the model: {why}.");

    private static string? FindConflict(LanguageModelConfig config, RotaryConfig rotary, LlamaType type)
    {
        if (type != LlamaType.Llama && config.FfnBias == true)
        {
            return "model.ffn_bias must be false";
        }

        if (type == LlamaType.Llama && rotary.Window > 0)
        {
            return "model.rotary.window must be 0";
        }

        return type != LlamaType.Llama && rotary.Bias == (type == LlamaType.Qwen3 ? AttentionBias.Inputs : AttentionBias.All)
            ? $"model.rotary.bias must not be {(type == LlamaType.Qwen3 ? "inputs" : "all")}"
            : null;
    }

    private static string? FindObstacle(LanguageModelConfig config)
    {
        if (config.Lora is not null)
        {
            return "its adapters (model.lora) must be merged into the weights first";
        }

        if (config.Norm != NormKind.Rms || !config.PreNorm || !config.HasFinalNorm || config.EmbeddingNorm)
        {
            return "norms must be rms (model.norm), stand before the sub-layers and behind the last, and not on the embeddings";
        }

        if (!config.GatedFfn || config.FeedForward == 0 || config.MemoryPositions is { Count: > 0 })
        {
            return "every layer must have a gated feed-forward layer (model.gated_ffn) and no memory (model.memory_positions)";
        }

        if (config.Adaptive is not null || config.OutputBias || config.ScaleEmbedding || config.PaddingIdx is not null)
        {
            return "model.adaptive, output_bias, scale_embedding and padding_idx have no counterpart";
        }

        if (config.Dropout != 0 || config.EmbeddingDropout > 0 || config.ActivationDropout != 0 || config.OutputDropout != 0)
        {
            return "of the dropouts only model.attention_dropout has a counterpart";
        }

        return LlamaConfig.ActivationName(config.Activation) is null ? "model.activation must be silu, gelu, gelu_tanh or relu" : null;
    }
}
