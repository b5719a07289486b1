using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Modules.Embeddings;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>Checks the configuration of an encoder-decoder model.</summary>
internal static class EncoderDecoderValidation
{
    public static void Check(EncoderDecoderConfig config, string where)
    {
        Positive(config.SrcVocab, "src_vocab");
        Positive(config.Vocab, "vocab");
        Positive(config.Dim, "dim");
        Positive(config.DecoderWidth, "decoder_dim");
        Positive(config.Heads, "heads");
        Positive(config.Ffn, "ffn");
        Positive(config.DecoderOptions().FeedForward, "decoder_ffn");
        Positive(config.EncoderLayers, "encoder_layers");
        Positive(config.DecoderLayers, "decoder_layers");
        Positive(config.MaxPositions, "max_positions");
        Rate(config.Dropout, "dropout");
        Rate(config.AttentionDropout, "attention_dropout");
        Rate(config.ActivationDropout, "activation_dropout");
        if (config.Dim % config.Heads != 0 || config.DecoderWidth % config.Heads != 0)
        {
            throw new InputException(
                $"{where}: model.heads ({config.Heads}) must divide model.dim ({config.Dim}) and "
                + $"model.decoder_dim ({config.DecoderWidth}).");
        }

        if (!(config.NormEpsilon > 0))
        {
            throw new InputException($"{where}: model.norm_epsilon ({config.NormEpsilon}) must be positive.");
        }

        if (config.Positions == PositionKind.Relative)
        {
            throw new InputException(
                $"{where}: model.positions must be half, interleaved, learned or none: an encoder-decoder model has no relative ones.");
        }

        if (config.FinalNorm == true && !config.PreNorm)
        {
            throw new InputException(
                $"{where}: model.final_norm needs model.pre_norm, since the last sub-layer of a post-norm model ends with a norm.");
        }

        if (config.PaddingIdx < 0 || config.PaddingIdx >= Math.Min(config.SrcVocab, config.Vocab))
        {
            throw new InputException(
                $"{where}: model.padding_idx ({config.PaddingIdx}) is not an id of both vocabularies "
                + $"({config.SrcVocab} and {config.Vocab}).");
        }

        if (config.Tie == EmbeddingTie.All && (config.SrcVocab != config.Vocab || config.DecoderWidth != config.Dim))
        {
            throw new InputException(
                $"{where}: model.tie 'all' shares one table, so model.src_vocab ({config.SrcVocab}) must be model.vocab ({config.Vocab}), "
                + $"and model.decoder_dim ({config.DecoderWidth}) model.dim ({config.Dim}).");
        }

        CheckDelight(config, where);
        CheckLinear(config, where);
        config.Exits?.Validate(config.DecoderLayers, config.Tie != EmbeddingTie.None, $"{where}: model");

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

    private static void CheckLinear(EncoderDecoderConfig config, string where)
    {
        config.Linear?.Validate($"{where}: model.linear");
        config.CrossLinear?.Validate($"{where}: model.cross_linear");
        Layers(config.SoftmaxLayers, config.Linear is not null, "softmax_layers", "linear");
        Layers(config.CrossSoftmaxLayers, config.CrossLinear is not null, "cross_softmax_layers", "cross_linear");
        if (config.CrossLinear is { Gate: not LinearGateKind.None })
        {
            throw new InputException(
                $"{where}: model.cross_linear.gate must be none: attention to a source has no order in which it could forget.");
        }

        if ((config.Linear ?? config.CrossLinear) is not null && (config.Exits is not null || config.Delight is not null))
        {
            throw new InputException(
                $"{where}: model.linear and model.cross_linear exclude model.exits (skipped layers need keys "
                + "and values) and model.delight.");
        }

        void Layers(IReadOnlyList<int>? layers, bool allowed, string key, string needed)
        {
            if (layers is not null && !allowed)
            {
                throw new InputException($"{where}: model.{key} needs model.{needed}.");
            }

            if (layers?.Any(layer => layer < 0 || layer >= config.DecoderLayers) == true)
            {
                throw new InputException(
                    $"{where}: model.{key} [{string.Join(", ", layers)}] must lie between 0 and {config.DecoderLayers - 1}.");
            }
        }
    }

    private static void CheckDelight(EncoderDecoderConfig config, string where)
    {
        if (config.Delight is not { } delight)
        {
            return;
        }

        if (config.DecoderWidth != config.Dim || config.DecoderLayers != config.EncoderLayers
            || config.DecoderOptions().FeedForward != config.Ffn)
        {
            throw new InputException(
                $"{where}: model.delight has two equal stacks, so decoder_dim, decoder_layers and "
                + "decoder_ffn must be those of the encoder.");
        }

        if (config.Exits is not null)
        {
            throw new InputException(
                $"{where}: model.delight and model.exits exclude each other: the units' depths grow from block to block, "
                + "so an early exit would skip most of the model.");
        }

        if (config.Dim / 2 % config.Heads != 0)
        {
            throw new InputException(
                $"{where}: model.heads ({config.Heads}) must divide half of model.dim ({config.Dim}), "
                + "the width of attention with model.delight.");
        }

        delight.Validate(config.Dim, config.EncoderLayers, $"{where}: model");
    }
}
