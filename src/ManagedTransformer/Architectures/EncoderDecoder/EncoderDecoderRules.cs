using ManagedTransformer.Modules.Slots;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>
/// Checks the configuration of an encoder-decoder model: its own sizes, then which options exclude each other, then the options of every
/// mechanism, which the mechanism checks.
/// </summary>
internal static class EncoderDecoderRules
{
    public static void Check(EncoderDecoderConfig config, string where)
    {
        CheckSizes(config, where);
        CheckLayers(config.SoftmaxLayers, "softmax_layers");
        CheckLayers(config.CrossSoftmaxLayers, "cross_softmax_layers");
        foreach ((bool isBroken, string message) in EncoderDecoderSlots.Exclusions(config))
        {
            Require(!isBroken, where, message);
        }

        config.Linear?.Validate($"{where}: model.linear");
        config.CrossLinear?.Validate($"{where}: model.cross_linear");
        EncoderDecoderSlots slots = new(config);
        foreach (ISlot slot in slots.All)
        {
            slot.Validate(slots.Sizes, $"{where}: model");
        }

        void CheckLayers(IReadOnlyList<int>? layers, string key) => Require(
            layers?.All(layer => layer >= 0 && layer < config.DecoderLayers) ?? true, where,
            $"model.{key} [{string.Join(", ", layers ?? [])}] must lie between 0 and {config.DecoderLayers - 1}.");
    }

    private static void CheckSizes(EncoderDecoderConfig config, string where)
    {
        Positive(config.SrcVocab, "src_vocab");
        Positive(config.Vocab, "vocab");
        Positive(config.Dim, "dim");
        Positive(config.DecoderWidth, "decoder_dim");
        Positive(config.Heads, "heads");
        Positive(config.Ffn, "ffn");
        Positive(config.DecoderFeedForward, "decoder_ffn");
        Positive(config.EncoderLayers, "encoder_layers");
        Positive(config.DecoderLayers, "decoder_layers");
        Positive(config.MaxPositions, "max_positions");
        Rate(config.Dropout, "dropout");
        Rate(config.AttentionDropout, "attention_dropout");
        Rate(config.ActivationDropout, "activation_dropout");

        void Positive(int value, string key) => Require(value > 0, where, $"model.{key} is {value}, it must be positive.");

        void Rate(float value, string key) =>
            Require(value is >= 0 and < 1, where, $"model.{key} is {value}, it must be at least 0 and below 1.");
    }

    private static void Require(bool holds, string where, string message)
    {
        if (!holds)
        {
            throw new InputException($"{where}: {message}");
        }
    }
}
