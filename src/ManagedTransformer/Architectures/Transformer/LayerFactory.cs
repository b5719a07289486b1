using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>Builds the layers that a configuration describes.</summary>
internal static class LayerFactory
{
    /// <summary>The stack, with initial values.</summary>
    /// <param name="config">Validated.</param>
    /// <param name="positions">The shared table of relative positions; null without span attention.</param>
    /// <param name="random">Source of the initial values.</param>
    public static IReadOnlyList<TransformerLayer> Create(LanguageModelConfig config, Parameter? positions, RandomSource random)
    {
        TransformerLayerOptions options = new()
        {
            Dim = config.Dim,
            Heads = config.Heads,
            FeedForward = config.FeedForward,
            Activation = config.Activation,
            PreNorm = config.PreNorm,
            Bias = config.Bias,
            FeedForwardBias = config.FfnBias,
            Dropout = config.Dropout,
            AttentionDropout = config.AttentionDropout,
            ActivationDropout = config.ActivationDropout,
            NormEpsilon = config.NormEpsilon,
        };
        if (config.Delight is { } delight)
        {
            return [.. delight.Units(config.Dim, config.Layers, config.Activation, "model")
                .Select(unit => DelightLayers.Layer(options, unit, random))];
        }

        Parameter? sharedValues = null;
        List<TransformerLayer> layers = [];
        for (int i = 0; i < config.Layers; i++)
        {
            SelfAttention attention = CreateAttention(i, options, config, positions, random);
            PositionwiseModule? positionwise = config.HasMemoryAt(i) ? CreateMemory()
                : options.FeedForward == 0 ? null
                : new FeedForward(options.Dim, options.FeedForward, options.Activation, random, options.ActivationDropout,
                    options.FeedForwardBias ?? options.Bias);
            layers.Add(new TransformerLayer(options, attention, positionwise, config.HasMemoryAfter(i) ? CreateMemory() : null));
        }

        return layers;

        ProductKeyMemory.ProductKeyMemory CreateMemory()
        {
            ProductKeyMemory.ProductKeyMemory memory = new(config.Memory!, config.Dim, random, sharedValues);
            sharedValues ??= config.Memory!.ShareValues ? memory.Values : null;
            return memory;
        }
    }

    private static SelfAttention CreateAttention(int layer, TransformerLayerOptions options, LanguageModelConfig config,
        Parameter? positions, RandomSource random)
    {
        if (config.IsLinearAt(layer))
        {
            return new LinearSelfAttention(
                new LinearAttentionLayerOptions { Dim = options.Dim, Heads = options.Heads, Linear = config.Linear!, Bias = options.Bias },
                random);
        }

        if (!config.HasSpans)
        {
            return new MultiHeadAttention(options.Dim, options.Heads, random, null, options.Bias, options.AttentionDropout);
        }

        SpanAttentionLayerOptions span = new()
        {
            Dim = options.Dim,
            Heads = options.Heads,
            Kind = config.Attention,
            Span = config.Span!,
            Persistent = config.Persistent,
            Dropout = options.AttentionDropout,
        };
        return new SpanSelfAttention(span, positions!, random);
    }
}
