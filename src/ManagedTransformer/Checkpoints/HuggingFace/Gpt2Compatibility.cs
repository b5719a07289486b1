using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules.Embeddings;

namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>Which of our models are GPT-2s: everything outside these slots would be lost.</summary>
internal static class Gpt2Compatibility
{
    /// <summary>Requires a model that GPT-2 can express.</summary>
    /// <exception cref="InputException">It cannot; the message names the first setting that does not fit.</exception>
    public static void Require(LanguageModelConfig config)
    {
        if (FindObstacle(config) is { } obstacle)
        {
            throw new InputException($"GPT-2 cannot express the model: {obstacle}.");
        }
    }

    private static string? FindObstacle(LanguageModelConfig config)
    {
        if (config.Attention != AttentionKind.Softmax)
        {
            return config.Linear is null ? "model.attention must be softmax"
                : "its layers are recurrent (model.attention linear), and GPT-2's weights have no place for feature maps nor its readers "
                    + "for the computation; model.attention must be softmax";
        }

        if (config.Lora is not null)
        {
            return "its adapters (model.lora) must be merged into the weights first";
        }

        if (config.Exits is not null)
        {
            return "model.exits has no counterpart";
        }

        if (config.Delight is not null)
        {
            return "model.delight has no counterpart";
        }

        if (config.FeedForward == 0 || config.MemoryPositions is { Count: > 0 })
        {
            return "every layer must have a feed-forward layer (model.ffn above 0) and no memory (model.memory_positions)";
        }

        if (config.Adaptive is not null)
        {
            return "model.adaptive (adaptive input and softmax) has no counterpart";
        }

        if (config.Positions != PositionKind.Learned || config.PaddingIdx is not null)
        {
            return "model.positions must be learned, and counted from 0 (no model.padding_idx)";
        }

        if (!config.PreNorm || !config.HasFinalNorm || config.EmbeddingNorm)
        {
            return "norms must stand before the sub-layers and behind the last (model.pre_norm true, model.final_norm not false) and not "
                + "on the embeddings (model.embedding_norm false)";
        }

        if (!config.Bias || config.FfnBias == false || config.OutputBias)
        {
            return "the layers must have biases (model.bias and model.ffn_bias true) and the output none (model.output_bias false)";
        }

        if (config.ScaleEmbedding)
        {
            return "model.scale_embedding must be false";
        }

        if (config.ActivationDropout != 0 || config.OutputDropout != 0)
        {
            return "model.activation_dropout and model.output_dropout must be 0";
        }

        return Gpt2Config.ActivationName(config.Activation) is null ? "model.activation must be gelu_tanh, gelu, relu or silu" : null;
    }
}
