using ManagedTransformer.Modules;

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
            throw new InputException($"{where}: model.heads ({config.Heads}) must divide model.dim ({config.Dim}) and model.decoder_dim ({config.DecoderWidth}).");
        }

        if (!(config.NormEpsilon > 0))
        {
            throw new InputException($"{where}: model.norm_epsilon ({config.NormEpsilon}) must be positive.");
        }

        if (config.Positions is PositionKind.None or PositionKind.Relative)
        {
            throw new InputException($"{where}: model.positions must be half, interleaved or learned: an encoder-decoder model counts positions from the padding id on.");
        }

        if (config.PaddingIdx < 0 || config.PaddingIdx >= Math.Min(config.SrcVocab, config.Vocab))
        {
            throw new InputException($"{where}: model.padding_idx ({config.PaddingIdx}) is not an id of both vocabularies ({config.SrcVocab} and {config.Vocab}).");
        }

        if (config.Tie == EmbeddingTie.All && (config.SrcVocab != config.Vocab || config.DecoderWidth != config.Dim))
        {
            throw new InputException(
                $"{where}: model.tie 'all' shares one table, so model.src_vocab ({config.SrcVocab}) must be model.vocab ({config.Vocab}), and model.decoder_dim ({config.DecoderWidth}) model.dim ({config.Dim}).");
        }

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
}
