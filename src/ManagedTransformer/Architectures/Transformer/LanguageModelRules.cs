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
        checks.Positive(config.Vocab, "model.vocab");
        checks.Size(config.Dim, "model.dim", ModelSizes.MostWidth);
        checks.Size(config.Layers, "model.layers", ModelSizes.MostLayers);
        checks.Positive(config.Heads, "model.heads");
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
        IReadOnlyList<int> softmax = config.SoftmaxLayers ?? [];
        for (int i = 0, before = -1; i < softmax.Count && config.Linear is not null; before = softmax[i++])
        {
            checks.Require(
                softmax[i] > before && softmax[i] < config.Layers,
                $"model.softmax_layers [{string.Join(", ", softmax)}] must increase from at least 0 to at most {config.Layers - 1}.");
        }

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
