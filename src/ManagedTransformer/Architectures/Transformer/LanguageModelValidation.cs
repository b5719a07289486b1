using System.Globalization;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Slots;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>
/// Checks the configuration of a language model: its own sizes, then which options exclude each other, then the options of every mechanism,
/// which the mechanism checks.
/// </summary>
internal static class LanguageModelValidation
{
    public static void Check(LanguageModelConfig config, string where)
    {
        CheckSizes(config, where);
        CheckLayerLists(config, where);
        foreach ((bool isBroken, string message) in Exclusions(config))
        {
            Require(!isBroken, where, message);
        }

        config.Adaptive?.Validate(config.Vocab, config.Delight?.MapDim ?? config.Dim, where);
        LanguageModelSlots slots = new(config);
        foreach (ISlot slot in slots.All)
        {
            slot.Validate(slots.Sizes, $"{where}: model");
        }
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

        void Positive(int value, string key) => Require(value > 0, where, $"model.{key} is {value}, it must be positive.");

        void Rate(float value, string key) =>
            Require(value is >= 0 and < 1, where, $"model.{key} is {value}, it must be at least 0 and below 1.");
    }

    // The lists of layers: which keep their softmax, and which have a memory.
    private static void CheckLayerLists(LanguageModelConfig config, string where)
    {
        IReadOnlyList<int> softmax = config.SoftmaxLayers ?? [];
        for (int i = 0, before = -1; i < softmax.Count && config.Linear is not null; before = softmax[i++])
        {
            Require(softmax[i] > before && softmax[i] < config.Layers, where,
                $"model.softmax_layers [{string.Join(", ", softmax)}] must increase from at least 0 to at most {config.Layers - 1}.");
        }

        HashSet<string> seen = [];
        foreach (string position in config.MemoryPositions ?? [])
        {
            string number = position.EndsWith('+') ? position[..^1] : position;
            Require(int.TryParse(number, NumberStyles.None, null, out int layer) && layer < config.Layers, where,
                $"model.memory_positions has '{position}', it must be a layer from 0 to {config.Layers - 1}, with a + behind it for a memory "
                + "after the layer.");
            Require(seen.Add($"{layer}{(position.EndsWith('+') ? "+" : "")}") && (position[0] != '0' || layer == 0), where,
                $"model.memory_positions has '{position}' twice, or with leading zeros.");
        }
    }

    // What cannot be had together, and why.
    private static IEnumerable<(bool IsBroken, string Message)> Exclusions(LanguageModelConfig c)
    {
        bool hasSpans = c.Attention is AttentionKind.FixedSpan or AttentionKind.AdaptiveSpan or AttentionKind.DynamicSpan;
        bool hasMemories = c.MemoryPositions is { Count: > 0 }, hasPositions = c.PositionLimit != int.MaxValue;
        bool isFairseq = c.Adaptive is { Form: not AdaptiveForm.Biased }, isBiased = c.Adaptive is { Form: AdaptiveForm.Biased };
        return
        [
            (c.Heads > 0 && c.Dim % c.Heads != 0, $"model.heads ({c.Heads}) does not divide model.dim ({c.Dim})."),
            (c.FinalNorm == true && !c.PreNorm,
                "model.final_norm needs model.pre_norm, since the last sub-layer of a post-norm model ends with a norm."),
            (c.FeedForward < 0, $"model.ffn is {c.FeedForward}, it must be positive, or 0 for layers without a feed-forward layer."),
            (!(c.NormEpsilon > 0), $"model.norm_epsilon ({c.NormEpsilon}) must be positive."),

            (hasSpans && c.Span is null, "model.attention needs model.span with at least its limit."),
            (hasSpans && c.Positions != PositionKind.Relative,
                "span attention needs model.positions to be relative, since its distances are."),
            (hasSpans && c.Bias,
                "span attention needs model.bias to be false, since its empty slots are zero keys and values; model.ffn_bias sets the "
                + "feed-forward layer's."),
            (hasSpans && c.PaddingIdx is not null,
                "span attention has no model.padding_idx, since its rows are streams without padding."),
            (!hasSpans && (c.Span is not null || c.Positions == PositionKind.Relative),
                "model.span and relative positions need model.attention to be fixed_span, adaptive_span or dynamic_span."),
            (c.Persistent < 0 || (c.Persistent > 0 && !hasSpans),
                $"model.persistent is {c.Persistent}, it must not be negative, and positive only with span attention, whose softmax the "
                + "vectors join."),
            (c.FeedForward == 0 && c.Persistent == 0 && !Enumerable.Range(0, c.Layers).All(c.HasMemoryAt),
                "model.persistent is 0 and model.ffn is 0: a layer needs persistent vectors or a feed-forward layer."),

            (c.Attention == AttentionKind.Linear != c.Linear is not null,
                "model.attention 'linear' and model.linear, its feature map, must be given together."),
            (c.SoftmaxLayers is not null && c.Linear is null,
                "model.softmax_layers, the layers that keep softmax attention, needs model.attention to be linear."),
            (c.SoftmaxLayers?.Count == c.Layers,
                "model.softmax_layers names every layer: model.attention softmax says the same."),
            (c.Linear is not null && c.SoftmaxLayers is not { Count: > 0 } && c.AttentionDropout > 0,
                $"model.attention_dropout is {c.AttentionDropout}, linear attention never forms the weights that it would drop."),

            (hasMemories != c.Memory is not null, "model.memory_positions and model.memory must be given together."),

            (c.PaddingIdx is { } padding && (padding < 0 || padding >= c.Vocab),
                $"model.padding_idx ({c.PaddingIdx}) is not an id of a vocabulary of {c.Vocab}."),
            (isFairseq && (c.EmbeddingNorm || c.ScaleEmbedding || c.OutputBias),
                "model.adaptive in fairseq's form excludes embedding_norm, scale_embedding and output_bias: it scales by sqrt(dim) by itself "
                + "(adaptive.scale) and has no biases."),
            (isBiased && (hasPositions || c.PaddingIdx is not null || c.EmbeddingNorm || c.ScaleEmbedding || c.OutputBias),
                "model.adaptive (adaptive input and softmax) excludes absolute positions, padding_idx, embedding_norm, scale_embedding and "
                + "output_bias: it scales by sqrt(dim) (adaptive.scale) and has biases by itself."),

            (c.Delight is not null && (c.Attention != AttentionKind.Softmax || c.Persistent != 0 || hasMemories || c.FeedForward == 0),
                "model.delight needs model.attention softmax and a feed-forward layer, without persistent vectors and memories: its units "
                + "are in front of that attention."),
            (c.Delight is not null && (c.EmbeddingNorm || c.OutputBias || c.Init != InitializationScheme.Xavier),
                "model.delight excludes embedding_norm, output_bias and another init than xavier."),

            (c.Exits is not null && (c.Attention != AttentionKind.Softmax || c.Delight is not null || c.Adaptive is not null),
                "model.exits needs model.attention softmax, whose keys and values of skipped layers are made from the states tokens left "
                + "with, and excludes delight and adaptive."),
            (c.Exits is { NeedsEncoder: true },
                "model.exits of a language model excludes classifiers separate, halting sequence (there is no source to decide by), paths "
                + "and gamma."),
        ];
    }

    private static void Require(bool holds, string where, string message)
    {
        if (!holds)
        {
            throw new InputException($"{where}: {message}");
        }
    }
}
