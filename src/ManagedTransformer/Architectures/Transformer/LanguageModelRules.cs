using System.Globalization;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Slots;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>
/// Checks the configuration of a language model: its own sizes, then which options exclude each other, then the options of every mechanism,
/// which the mechanism checks.
/// </summary>
internal static class LanguageModelRules
{
    public static void Check(LanguageModelConfig config, string where)
    {
        OptionChecks checks = new($"{where}: ");
        CheckSizes(config, checks);
        CheckLayerLists(config, checks);
        foreach ((bool isBroken, string message) in LanguageModelSlots.Exclusions(config))
        {
            checks.Require(!isBroken, message);
        }

        LanguageModelSlots slots = new(config);
        config.Adaptive?.Validate(config.Vocab, slots.TableWidth, where);
        foreach (ISlot slot in slots.All)
        {
            slot.Validate(slots.Sizes, $"{where}: model");
        }
    }

    private static void CheckSizes(LanguageModelConfig config, OptionChecks checks)
    {
        checks.Size(config.Vocab, "model.vocab", ModelSizes.MostVocabulary);
        checks.Size(config.Dim, "model.dim", ModelSizes.MostWidth);
        checks.Size(config.Layers, "model.layers", ModelSizes.MostLayers);
        checks.Positive(config.Heads, "model.heads");
        checks.Require(
            config.Ffn is null or (>= 0 and <= ModelSizes.MostWidth),
            $"model.ffn is {config.Ffn}, it must be from 1 to {ModelSizes.MostWidth}, or 0 for layers without a feed-forward layer.");
        checks.Require(
            config.Persistent is >= 0 and <= ModelSizes.MostWidth,
            $"model.persistent is {config.Persistent}, it must be from 0 to {ModelSizes.MostWidth}.");
        if (config.Positions is not (PositionKind.None or PositionKind.Relative))
        {
            checks.Size(config.MaxPositions, "model.max_positions", ModelSizes.MostPositions);
        }

        checks.Rate(config.Dropout, "model.dropout");
        checks.Rate(config.EmbeddingDropout ?? 0, "model.embedding_dropout");
        checks.Rate(config.OutputDropout, "model.output_dropout");
        checks.Rate(config.AttentionDropout, "model.attention_dropout");
        checks.Rate(config.ActivationDropout, "model.activation_dropout");
    }

    // The lists of layers: which keep their softmax, and which have a memory.
    private static void CheckLayerLists(LanguageModelConfig config, OptionChecks checks)
    {
        checks.Layers(config.Linear is null && config.Lolcats is null ? null : config.SoftmaxLayers, "model.softmax_layers", config.Layers);
        HashSet<string> seen = [];
        foreach (string? position in config.MemoryPositions ?? [])
        {
            string number = position is null ? "" : position.EndsWith('+') ? position[..^1] : position;
            checks.Require(
                int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int layer) && layer < config.Layers
                    && number == layer.ToString(CultureInfo.InvariantCulture),
                $"model.memory_positions has '{position}', it must be a layer from 0 to {config.Layers - 1}, with a + behind it for a "
                + "memory after the layer.");
            checks.Require(seen.Add(position!), $"model.memory_positions has '{position}' twice.");
        }
    }
}
