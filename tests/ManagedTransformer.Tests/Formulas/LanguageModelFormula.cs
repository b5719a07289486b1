using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
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

        long d = config.Dim, norm = config.Norm == NormKind.Rms ? d : 2 * d, count = Ends(config) + (config.HasFinalNorm ? norm : 0)
            + (config.Lora is { } lora ? config.Layers * lora.Rank * Adapted(config, lora) : 0)
            + (config.Exits is { } exits ? MechanismFormulas.Halting(exits, config.Layers, config.Dim, config.Dim) : 0);
        bool hasValues = false;
        for (int layer = 0; layer < config.Layers; layer++)
        {
            count += Attention(config, layer) + norm;
            if (config.HasMemoryAt(layer))
            {
                count += Memory() + norm;
            }
            else if (config.FeedForward > 0)
            {
                long f = config.FeedForward, maps = config.GatedFfn ? 2 : 1;
                count += ((maps + 1) * d * f) + (config.FfnBias ?? config.Bias ? (maps * f) + d : 0) + norm;
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
        if (config.Rotary is { } rotary)
        {
            return Rotary(config, rotary) + (config.SoftmaxLayers?.Contains(layer) == true ? 0 : Maps(config, rotary));
        }

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

    // Section 7 of the family's description: H d D + 2 KV d D + D H d, biases, and 2 d of the norms on queries and keys.
    private static long Rotary(LanguageModelConfig config, RotaryConfig rotary)
    {
        long dim = config.Dim, d = rotary.HeadDim ?? config.Dim / config.Heads, queries = config.Heads * d,
            keys = (rotary.KeyHeads ?? config.Heads) * d;
        long biases = rotary.Bias == AttentionBias.None ? 0 : queries + (2 * keys) + (rotary.Bias == AttentionBias.All ? dim : 0);
        return (2 * queries * dim) + (2 * keys * dim) + biases + (rotary.QueryKeyNorm ? 2 * d : 0);
    }

    // Feature maps of queries and keys, or one for both, and a factor per head with a window.
    private static long Maps(LanguageModelConfig config, RotaryConfig rotary)
    {
        if (config.Lolcats is not { } lolcats)
        {
            return 0;
        }

        long map = lolcats.FeatureSize * ((rotary.HeadDim ?? config.Dim / config.Heads) + (lolcats.FeatureBias ? 1L : 0));
        return config.Heads * ((map * (lolcats.TieMaps ? 1 : 2)) + (lolcats.Window == LolcatsWindow.None ? 0 : 1));
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

    // Inputs and outputs of the maps of attention that have an adapter, r (inputs + outputs) values each.
    private static long Adapted(LanguageModelConfig config, LoraConfig lora)
    {
        int width = config.Rotary?.HeadWidth(config.Dim, config.Heads) ?? config.Dim / config.Heads;
        int queries = config.Heads * width, keys = (config.Rotary?.KeyHeads ?? config.Heads) * width;
        return lora.Adapted.Sum(target => (long)config.Dim + (target is "query" or "out" ? queries : keys));
    }
}
