using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Modules.Embeddings;

namespace ManagedTransformer.Tests.Formulas;

/// <summary>The number of trainable values of an encoder-decoder model, from its configuration by hand.</summary>
internal static class EncoderDecoderFormula
{
    /// <summary>
    /// With widths D (encoder), E (decoder), inner widths F and G: tables, plus per encoder layer 4 D^2 + 2 D F + 4 D for the norms [+ 4
    /// D + F + D biases], plus per decoder layer (4 E^2) + (2 E^2 + 2 E D) + 2 E G + 6 E [+ 8 E + G + E], plus the final norms 2 D + 2 E of
    /// pre-norm models, plus feature maps, plus the halting classifier.
    /// </summary>
    public static long Parameters(EncoderDecoderConfig config)
    {
        if (config.Delight is { } delight)
        {
            DelightFormula size = new(delight, config.Dim, config.EncoderLayers, config.Ffn);
            long output = config.Tie == EmbeddingTie.None ? (long)config.Vocab * delight.MapDim : 0;
            long positions = config.Positions == PositionKind.Learned ? 2L * (config.MaxPositions + config.PaddingIdx + 1) * config.Dim : 0;
            return size.Translation(config.Vocab, config.Tie == EmbeddingTie.All ? 0 : config.SrcVocab, FinalNorms(config))
                + output + positions;
        }

        long d = config.Dim, e = config.DecoderWidth, f = config.Ffn, g = config.DecoderFeedForward;
        long encoderLayer = (4 * d * d) + (2 * d * f) + (4 * d) + (config.Bias ? (5 * d) + f : 0);
        long decoderLayer = (6 * e * e) + (2 * e * d) + (2 * e * g) + (6 * e) + (config.Bias ? (9 * e) + g : 0);
        return Tables(config, d, e) + (config.EncoderLayers * encoderLayer) + (config.DecoderLayers * decoderLayer)
            + (config.PreNorm ? 2 * d : 0) + (config.HasFinalNorm ? 2 * e : 0)
            + Maps(config, config.Linear, config.SoftmaxLayers) + Maps(config, config.CrossLinear, config.CrossSoftmaxLayers)
            + (config.Exits is { } exits ? MechanismFormulas.Halting(exits, config.DecoderLayers, config.Dim, config.DecoderWidth) : 0);
    }

    private static int FinalNorms(EncoderDecoderConfig config) => (config.PreNorm ? 1 : 0) + (config.HasFinalNorm ? 1 : 0);

    private static long Maps(EncoderDecoderConfig config, LinearAttentionConfig? linear, IReadOnlyList<int>? softmax) => linear is null
        ? 0
        : Enumerable.Range(0, config.DecoderLayers).Count(layer => softmax?.Contains(layer) != true)
            * MechanismFormulas.Linear(linear, config.DecoderWidth, config.Heads);

    private static long Tables(EncoderDecoderConfig config, long d, long e)
    {
        int projections = config.Exits?.Classifiers == ExitClassifiers.Separate ? config.DecoderLayers : 1;
        long positions = config.Positions == PositionKind.Learned ? (config.MaxPositions + config.PaddingIdx + 1) * (d + e) : 0;
        long tables = config.Tie switch
        {
            EmbeddingTie.All => config.Vocab * d,
            EmbeddingTie.Decoder => (config.SrcVocab * d) + (config.Vocab * e),
            _ => (config.SrcVocab * d) + ((1 + projections) * config.Vocab * e),
        };
        return tables + positions;
    }
}
