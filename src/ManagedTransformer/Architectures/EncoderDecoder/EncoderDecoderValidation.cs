using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Slots;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>
/// Checks the configuration of an encoder-decoder model: its own sizes, then which options exclude each other, then the options of every
/// mechanism, which the mechanism checks.
/// </summary>
internal static class EncoderDecoderValidation
{
    public static void Check(EncoderDecoderConfig config, string where)
    {
        CheckSizes(config, where);
        CheckLayers(config.SoftmaxLayers, "softmax_layers");
        CheckLayers(config.CrossSoftmaxLayers, "cross_softmax_layers");
        foreach ((bool isBroken, string message) in Exclusions(config))
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

    // What cannot be had together, and why.
    private static IEnumerable<(bool IsBroken, string Message)> Exclusions(EncoderDecoderConfig c) =>
    [
        (c.Dim % c.Heads != 0 || c.DecoderWidth % c.Heads != 0,
            $"model.heads ({c.Heads}) must divide model.dim ({c.Dim}) and model.decoder_dim ({c.DecoderWidth})."),
        (!(c.NormEpsilon > 0), $"model.norm_epsilon ({c.NormEpsilon}) must be positive."),
        (c.Positions == PositionKind.Relative,
            "model.positions must be half, interleaved, learned or none: an encoder-decoder model has no relative ones."),
        (c.FinalNorm == true && !c.PreNorm,
            "model.final_norm needs model.pre_norm, since the last sub-layer of a post-norm model ends with a norm."),
        (c.PaddingIdx < 0 || c.PaddingIdx >= Math.Min(c.SrcVocab, c.Vocab),
            $"model.padding_idx ({c.PaddingIdx}) is not an id of both vocabularies ({c.SrcVocab} and {c.Vocab})."),
        (c.Tie == EmbeddingTie.All && (c.SrcVocab != c.Vocab || c.DecoderWidth != c.Dim),
            $"model.tie 'all' shares one table, so model.src_vocab ({c.SrcVocab}) must be model.vocab ({c.Vocab}), and model.decoder_dim "
            + $"({c.DecoderWidth}) model.dim ({c.Dim})."),

        (c.Delight is not null
            && (c.DecoderWidth != c.Dim || c.DecoderLayers != c.EncoderLayers || c.DecoderFeedForward != c.Ffn),
            "model.delight has two equal stacks, so decoder_dim, decoder_layers and decoder_ffn must be those of the encoder."),
        (c.Delight is not null && c.Exits is not null,
            "model.delight and model.exits exclude each other: the units' depths grow from block to block, so an early exit would skip most "
            + "of the model."),

        (c.SoftmaxLayers is not null && c.Linear is null, "model.softmax_layers needs model.linear."),
        (c.CrossSoftmaxLayers is not null && c.CrossLinear is null, "model.cross_softmax_layers needs model.cross_linear."),
        (c.CrossLinear is { HasGate: true },
            "model.cross_linear.gate must be none: attention to a source has no order in which it could forget."),
        ((c.Linear ?? c.CrossLinear) is not null && (c.Exits is not null || c.Delight is not null),
            "model.linear and model.cross_linear exclude model.exits (skipped layers need keys and values) and model.delight."),
    ];

    private static void Require(bool holds, string where, string message)
    {
        if (!holds)
        {
            throw new InputException($"{where}: {message}");
        }
    }
}
