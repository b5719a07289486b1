using System.Globalization;
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
        CheckSizes(config, where);
        CheckLayerLists(config, where);
        foreach ((bool isBroken, string message) in LanguageModelSlots.Exclusions(config))
        {
            Require(!isBroken, where, message);
        }

        LanguageModelSlots slots = new(config);
        config.Adaptive?.Validate(config.Vocab, slots.TableWidth, where);
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

    private static void Require(bool holds, string where, string message)
    {
        if (!holds)
        {
            throw new InputException($"{where}: {message}");
        }
    }
}
