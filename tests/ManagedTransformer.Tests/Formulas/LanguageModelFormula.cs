using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules.Embeddings;

namespace ManagedTransformer.Tests.Formulas;

/// <summary>The number of trainable values of a language model, from its configuration by hand.</summary>
internal static class LanguageModelFormula
{
    /// <summary>
    /// Embedding, positions and output, plus per layer 4 D^2 [+ 4 D biases] + spans or feature map + 2 D N persistent + norm 2
    /// D + feed-forward 2 D F [+ F + D] or memory + norm 2 D, plus 2 D for a final norm, and an exit classifier's.
    /// </summary>
    public static long Parameters(LanguageModelConfig config)
    {
        if (config.Delight is { } delight)
        {
            return Delight(config, delight);
        }

        long d = config.Dim, count = Ends(config) + (config.HasFinalNorm ? 2 * d : 0)
            + (config.Exits is { } exits ? MechanismFormulas.Halting(exits, config.Layers, config.Dim, config.Dim) : 0);
        bool hasValues = false;
        for (int layer = 0; layer < config.Layers; layer++)
        {
            count += Attention(config, layer) + (2 * d);
            if (config.HasMemoryAt(layer))
            {
                count += Memory() + (2 * d);
            }
            else if (config.FeedForward > 0)
            {
                long f = config.FeedForward;
                count += (2 * d * f) + (config.FfnBias ?? config.Bias ? f + d : 0) + (2 * d);
            }

            count += config.HasMemoryAfter(layer) ? Memory() : 0;
        }

        return count;

        long Memory()
        {
            long values = hasValues && config.Memory!.ShareValues ? 0 : MechanismFormulas.MemoryValues(config.Memory!, config.Dim);
            hasValues = true;
            return MechanismFormulas.Memory(config.Memory!, config.Dim) + values;
        }
    }

    private static long Delight(LanguageModelConfig config, DelightConfig delight)
    {
        DelightFormula size = new(delight, config.Dim, config.Layers, config.FeedForward);

        // What the softmax has beyond the tables that the size counts: those are tied, projections included.
        long untied = config.Adaptive is { } clusters
            ? MechanismFormulas.Clusters(clusters, config.Vocab, delight.MapDim, config.Tie)
                - MechanismFormulas.Clusters(clusters with { TieProj = null }, config.Vocab, delight.MapDim, tied: true)
            : config.Tie ? 0 : (long)config.Vocab * delight.MapDim;
        long positions = config.Positions == PositionKind.Learned
            ? (config.MaxPositions + (config.PaddingIdx is { } padding ? padding + 1 : 0)) * (long)config.Dim
            : 0;
        return size.LanguageModel(config.Vocab, config.Adaptive, config.HasFinalNorm) + untied + positions;
    }

    private static long Attention(LanguageModelConfig config, int layer)
    {
        long d = config.Dim, h = config.Heads;
        long own = config.Attention switch
        {
            AttentionKind.AdaptiveSpan => h,
            AttentionKind.DynamicSpan => (h * d) + h,
            _ => config.Linear is { } linear && config.SoftmaxLayers?.Contains(layer) != true
                ? MechanismFormulas.Linear(linear, config.Dim, config.Heads)
                : 0,
        };
        return (4 * d * d) + (config.Bias ? 4 * d : 0) + own + (2 * d * config.Persistent);
    }

    private static long Ends(LanguageModelConfig config)
    {
        long d = config.Dim, v = config.Vocab;
        long positions = config.Positions switch
        {
            PositionKind.Learned => (config.MaxPositions + (config.PaddingIdx is { } padding ? padding + 1 : 0)) * d,
            PositionKind.Relative => (long)config.Span!.Limit * (d / config.Heads),
            _ => 0,
        };
        long vocabulary = config.Adaptive is { } clusters
            ? MechanismFormulas.Clusters(clusters, config.Vocab, config.Dim, config.Tie)
            : (v * d * (config.Tie ? 1 : 2)) + (config.OutputBias ? v : 0);
        return vocabulary + positions + (config.EmbeddingNorm ? 2 * d : 0);
    }
}
