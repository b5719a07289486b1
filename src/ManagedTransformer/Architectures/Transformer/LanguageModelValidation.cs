using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Embeddings;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>Checks the configuration of a language model, and says which slots do not go together and why.</summary>
internal static class LanguageModelValidation
{
    public static void Check(LanguageModelConfig config, string where)
    {
        CheckSizes(config, where);
        CheckSpans(config, where);
        CheckLinear(config, where);
        CheckMemories(config, where);
        CheckVocabulary(config, where);
        CheckDelight(config, where);
        CheckExits(config, where);
    }

    private static void CheckSizes(LanguageModelConfig config, string where)
    {
        Positive(config.Vocab, "vocab");
        Positive(config.Dim, "dim");
        Positive(config.Layers, "layers");
        Positive(config.Heads, "heads");
        if (config.PositionLimit != int.MaxValue)
        {
            Positive(config.MaxPositions, "max_positions");
        }

        Rate(config.Dropout, "dropout");
        Rate(config.EmbeddingDropout ?? 0, "embedding_dropout");
        Rate(config.OutputDropout, "output_dropout");
        Rate(config.AttentionDropout, "attention_dropout");
        Rate(config.ActivationDropout, "activation_dropout");
        if (config.Dim % config.Heads != 0)
        {
            throw new InputException($"{where}: model.heads ({config.Heads}) does not divide model.dim ({config.Dim}).");
        }

        if (config.FinalNorm == true && !config.PreNorm)
        {
            throw new InputException(
                $"{where}: model.final_norm needs model.pre_norm, since the last sub-layer of a post-norm model ends with a norm.");
        }

        if (config.FeedForward < 0)
        {
            throw new InputException(
                $"{where}: model.ffn is {config.FeedForward}, it must be positive, or 0 for layers without a feed-forward layer.");
        }

        if (!(config.NormEpsilon > 0))
        {
            throw new InputException($"{where}: model.norm_epsilon ({config.NormEpsilon}) must be positive.");
        }

        void Positive(int value, string key)
        {
            if (value <= 0)
            {
                throw new InputException($"{where}: model.{key} is {value}, it must be positive.");
            }
        }

        void Rate(float value, string key)
        {
            if (value is not (>= 0 and < 1))
            {
                throw new InputException($"{where}: model.{key} is {value}, it must be at least 0 and below 1.");
            }
        }
    }

    private static void CheckSpans(LanguageModelConfig config, string where)
    {
        if (config.HasSpans)
        {
            (config.Span ?? throw new InputException($"{where}: model.attention needs model.span with at least its limit."))
                .Validate(where);
            if (config.Positions != PositionKind.Relative)
            {
                throw new InputException($"{where}: span attention needs model.positions to be relative, since its distances are.");
            }

            if (config.Bias)
            {
                throw new InputException(
                    $"{where}: span attention needs model.bias to be false, since its empty slots are zero keys and values; model.ffn_bias "
                    + "sets the feed-forward layer's.");
            }

            if (config.PaddingIdx is not null)
            {
                throw new InputException($"{where}: span attention has no model.padding_idx, since its rows are streams without padding.");
            }
        }
        else if (config.Span is not null || config.Positions == PositionKind.Relative)
        {
            throw new InputException(
                $"{where}: model.span and relative positions need model.attention to be fixed_span, adaptive_span or dynamic_span.");
        }

        if (config.Persistent < 0 || (config.Persistent > 0 && !config.HasSpans))
        {
            throw new InputException(
                $"{where}: model.persistent is {config.Persistent}, it must not be negative, and positive only with span attention, "
                + "whose softmax the vectors join.");
        }

        bool everyLayerReplaced = Enumerable.Range(0, config.Layers).All(config.HasMemoryAt);
        if (config.FeedForward == 0 && config.Persistent == 0 && !everyLayerReplaced)
        {
            throw new InputException(
                $"{where}: model.persistent is 0 and model.ffn is 0: a layer needs persistent vectors or a feed-forward layer.");
        }
    }

    private static void CheckLinear(LanguageModelConfig config, string where)
    {
        if (config.Attention == AttentionKind.Linear != config.Linear is not null)
        {
            throw new InputException($"{where}: model.attention 'linear' and model.linear, its feature map, must be given together.");
        }

        config.Linear?.Validate($"{where}: model.linear");
        CheckSoftmaxLayers(config, where);
        if (!config.HasSoftmax && config.Linear is not null && config.AttentionDropout > 0)
        {
            throw new InputException(
                $"{where}: model.attention_dropout is {config.AttentionDropout}, "
                + "linear attention never forms the weights that it would drop.");
        }
    }

    private static void CheckSoftmaxLayers(LanguageModelConfig config, string where)
    {
        if (config.SoftmaxLayers is not { } layers)
        {
            return;
        }

        if (config.Linear is null)
        {
            throw new InputException(
                $"{where}: model.softmax_layers, the layers that keep softmax attention, needs model.attention to be linear.");
        }

        for (int i = 0, before = -1; i < layers.Count; before = layers[i++])
        {
            if (layers[i] <= before || layers[i] >= config.Layers)
            {
                throw new InputException(
                    $"{where}: model.softmax_layers [{string.Join(", ", layers)}] must increase from at least 0 "
                    + $"to at most {config.Layers - 1}.");
            }
        }

        if (layers.Count == config.Layers)
        {
            throw new InputException($"{where}: model.softmax_layers names every layer: model.attention softmax says the same.");
        }
    }

    private static void CheckMemories(LanguageModelConfig config, string where)
    {
        IReadOnlyList<string> positions = config.MemoryPositions ?? [];
        if (positions.Count > 0 != config.Memory is not null)
        {
            throw new InputException($"{where}: model.memory_positions and model.memory must be given together.");
        }

        HashSet<string> seen = [];
        foreach (string position in positions)
        {
            if (!int.TryParse(position.EndsWith('+')
                ? position[..^1]
                : position, System.Globalization.NumberStyles.None, null, out int layer) || layer >= config.Layers)
            {
                throw new InputException(
                    $"{where}: model.memory_positions has '{position}', it must be a layer from 0 to {config.Layers - 1}, with a + behind "
                    + "it for a memory after the layer.");
            }

            if (!seen.Add($"{layer}{(position.EndsWith('+') ? "+" : "")}") || position[0] == '0' && layer > 0)
            {
                throw new InputException($"{where}: model.memory_positions has '{position}' twice, or with leading zeros.");
            }
        }

        config.Memory?.Validate($"{where}: model.memory");
        if (config.Memory?.ValueDim is { } width && width != config.Dim)
        {
            throw new InputException(
                $"{where}: model.memory.value_dim ({width}) must be model.dim ({config.Dim}), "
                + "since the memory's output is added to the residual stream.");
        }
    }

    private static void CheckVocabulary(LanguageModelConfig config, string where)
    {
        if (config.PaddingIdx is { } padding && (padding < 0 || padding >= config.Vocab))
        {
            throw new InputException($"{where}: model.padding_idx ({padding}) is not an id of a vocabulary of {config.Vocab}.");
        }

        if (config.Adaptive is null)
        {
            return;
        }

        config.Adaptive.Validate(config.Vocab, config.TableWidth, where);
        bool isFairseq = config.Adaptive.Form != AdaptiveForm.Biased;
        if (isFairseq && (config.EmbeddingNorm || config.ScaleEmbedding || config.OutputBias))
        {
            throw new InputException(
                $"{where}: model.adaptive in fairseq's form excludes embedding_norm, scale_embedding and output_bias: it scales by "
                + "sqrt(dim) by itself (adaptive.scale) and has no biases.");
        }

        if (!isFairseq && (config.PositionLimit != int.MaxValue || config.PaddingIdx is not null || config.EmbeddingNorm
            || config.ScaleEmbedding || config.OutputBias))
        {
            throw new InputException(
                $"{where}: model.adaptive (adaptive input and softmax) excludes absolute positions, padding_idx, embedding_norm, "
                + "scale_embedding and output_bias: it scales by sqrt(dim) (adaptive.scale) and has biases by itself.");
        }
    }

    private static void CheckExits(LanguageModelConfig config, string where)
    {
        if (config.Exits is not { } exits)
        {
            return;
        }

        if (config.Attention != AttentionKind.Softmax || config.Delight is not null || config.Adaptive is not null)
        {
            throw new InputException(
                $"{where}: model.exits needs model.attention softmax, whose keys and values of skipped layers are made from the states "
                + "tokens left with, and excludes delight and adaptive.");
        }

        if (exits.Classifiers == ExitClassifiers.Separate || exits.Halting == HaltingKind.Sequence || exits.Paths > 0
            || exits.Gamma is not null)
        {
            throw new InputException(
                $"{where}: model.exits of a language model excludes classifiers separate, "
                + "halting sequence (there is no source to decide by), paths and gamma.");
        }

        exits.Validate(config.Layers, config.Tie, $"{where}: model");
    }

    private static void CheckDelight(LanguageModelConfig config, string where)
    {
        if (config.Delight is not { } delight)
        {
            return;
        }

        delight.Validate(config.Dim, config.Layers, $"{where}: model");
        if (config.Attention != AttentionKind.Softmax || config.Persistent != 0 || config.MemoryPositions is { Count: > 0 }
            || config.FeedForward == 0)
        {
            throw new InputException(
                $"{where}: model.delight needs model.attention softmax and a feed-forward layer, without persistent vectors and memories: "
                + "its units are in front of that attention.");
        }

        if (config.Dim / 2 % config.Heads != 0)
        {
            throw new InputException(
                $"{where}: model.heads ({config.Heads}) must divide half of model.dim ({config.Dim}), "
                + "the width of attention with model.delight.");
        }

        if (config.EmbeddingNorm || config.OutputBias || config.Init != InitializationScheme.Xavier)
        {
            throw new InputException($"{where}: model.delight excludes embedding_norm, output_bias and another init than xavier.");
        }
    }
}
