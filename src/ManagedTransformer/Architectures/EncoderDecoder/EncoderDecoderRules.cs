using ManagedTransformer.Json;
using ManagedTransformer.Modules;
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
        OptionChecks checks = new($"{where}: ");
        CheckSizes(config, checks);
        checks.Layers(config.SoftmaxLayers, "model.softmax_layers", config.DecoderLayers);
        checks.Layers(config.CrossSoftmaxLayers, "model.cross_softmax_layers", config.DecoderLayers);
        foreach ((bool isBroken, string message) in EncoderDecoderSlots.Exclusions(config))
        {
            checks.Require(!isBroken, message);
        }

        config.Linear?.Validate($"{where}: model.linear");
        config.CrossLinear?.Validate($"{where}: model.cross_linear");
        EncoderDecoderSlots slots = new(config);
        foreach (ISlot slot in slots.All)
        {
            slot.Validate(slots.Sizes, $"{where}: model");
        }
    }

    private static void CheckSizes(EncoderDecoderConfig config, OptionChecks checks)
    {
        checks.Size(config.SrcVocab, "model.src_vocab", ModelSizes.MostVocabulary);
        checks.Size(config.Vocab, "model.vocab", ModelSizes.MostVocabulary);
        checks.Size(config.Dim, "model.dim", ModelSizes.MostWidth);
        checks.Size(config.DecoderWidth, "model.decoder_dim", ModelSizes.MostWidth);
        checks.Positive(config.Heads, "model.heads");
        checks.Size(config.Ffn, "model.ffn", ModelSizes.MostWidth);
        checks.Size(config.DecoderFeedForward, "model.decoder_ffn", ModelSizes.MostWidth);
        checks.Size(config.EncoderLayers, "model.encoder_layers", ModelSizes.MostLayers);
        checks.Size(config.DecoderLayers, "model.decoder_layers", ModelSizes.MostLayers);
        checks.Size(config.MaxPositions, "model.max_positions", ModelSizes.MostPositions);
        checks.Rate(config.Dropout, "model.dropout");
        checks.Rate(config.AttentionDropout, "model.attention_dropout");
        checks.Rate(config.ActivationDropout, "model.activation_dropout");
    }
}
