using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Outputs;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Modules.Slots;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>
/// The mechanisms that a language model's configuration chooses, and the parts that they make. With the configuration, this is the place
/// that knows which mechanisms there are.
/// </summary>
/// <param name="config">Validated, but for the mechanisms' own options.</param>
/// <param name="attention">Self-attention of all layers, in place of the configuration's; null for that.</param>
internal sealed class LanguageModelSlots(LanguageModelConfig config, IAttentionSlot? attention = null)
{
    private readonly IAttentionSlot _attention = attention ?? config.Attention switch
    {
        AttentionKind.Rotary => new RotarySlot(config.Rotary!, config.Rotary!.Window),
        AttentionKind.Lolcats => new LolcatsSlot(new RotarySlot(config.Rotary!, config.Rotary!.Window), config.Lolcats!),
        AttentionKind.Linear => config.Linear!,
        AttentionKind.FixedSpan => new SpanSlot(config.Span!, SpanKind.Fixed, config.Persistent),
        AttentionKind.AdaptiveSpan => new SpanSlot(config.Span!, SpanKind.Learnt, config.Persistent),
        AttentionKind.DynamicSpan => new SpanSlot(config.Span!, SpanKind.Dynamic, config.Persistent),
        _ => SoftmaxSlot.Instance,
    };

    /// <summary>Makes whole layers; null where they are made slot by slot.</summary>
    public ILayerSlot? Layers => config.Delight;

    /// <summary>Width of the tokens' table and of what the output projection reads.</summary>
    public int TableWidth => Stage?.TableWidth ?? config.Dim;

    private IEmbeddingSlot? Stage => config.Delight;

    private IDepthSlot? Depth => config.Exits;

    /// <summary>Every mechanism in use.</summary>
    public IEnumerable<ISlot> All =>
        new ISlot?[] { _attention, config.Memory, config.Delight, config.Exits, config.Lora }.OfType<ISlot>();

    /// <summary>Sizes that mechanisms are checked against.</summary>
    public ModelSizes Sizes => new(config.Dim, config.Layers, config.Heads, config.Tie);

    private TransformerLayerOptions LayerOptions => new()
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
        Norm = config.Norm,
        NormEpsilon = config.NormEpsilon,
    };

    /// <summary>What cannot be had together, and why.</summary>
    /// <param name="c">The configuration.</param>
    public static IEnumerable<(bool IsBroken, string Message)> Exclusions(LanguageModelConfig c)
    {
        bool hasSpans = c.Attention is AttentionKind.FixedSpan or AttentionKind.AdaptiveSpan or AttentionKind.DynamicSpan;
        bool hasMemories = c.MemoryPositions is { Count: > 0 }, hasPositions = c.PositionLimit != int.MaxValue;
        bool isRotary = c.Attention is AttentionKind.Rotary or AttentionKind.Lolcats,
            isLinear = c.Linear is not null || c.Lolcats is not null;
        bool isFairseq = c.Adaptive is { Form: not AdaptiveForm.Biased }, isBiased = c.Adaptive is { Form: AdaptiveForm.Biased };
        return
        [
            (c.Heads > 0 && c.Dim % c.Heads != 0 && c.Rotary is null, $"model.heads ({c.Heads}) does not divide model.dim ({c.Dim})."),
            (!(c.NormEpsilon > 0), $"model.norm_epsilon ({c.NormEpsilon}) must be positive."),

            (hasSpans && c.Span is null, "model.attention needs model.span, the object with the limit of the spans."),
            (hasSpans && c.Positions != PositionKind.Relative,
                "span attention needs model.positions to be relative, since its distances are."),
            (hasSpans && c.Bias,
                "span attention needs model.bias to be false, since its empty slots are zero keys and values; model.ffn_bias sets the "
                + "feed-forward layer's."),
            (hasSpans && c.PaddingIdx is not null,
                "span attention has no model.padding_idx, since its rows are streams without padding."),
            (!hasSpans && (c.Span is not null || c.Positions == PositionKind.Relative),
                "model.span and relative positions need model.attention to be fixed_span, adaptive_span or dynamic_span."),
            (c.Persistent > 0 && !hasSpans,
                $"model.persistent is {c.Persistent}, it can be positive only with span attention, whose softmax the vectors join."),
            (c.FeedForward == 0 && c.Persistent == 0 && !Enumerable.Range(0, c.Layers).All(c.HasMemoryAt),
                "model.persistent is 0 and model.ffn is 0: a layer needs persistent vectors or a feed-forward layer."),

            (isRotary != c.Rotary is not null,
                "model.attention 'rotary' or 'lolcats' and model.rotary, its heads and frequencies, must be given together."),
            (c.Attention == AttentionKind.Lolcats != c.Lolcats is not null,
                "model.attention 'lolcats' and model.lolcats, its feature maps and window, must be given together."),
            (c.Rotary is not null && c.Positions != PositionKind.None,
                "model.rotary rotates by positions, so model.positions must be 'none'."),
            (c.GatedFfn && c.FeedForward == 0, "model.gated_ffn needs a feed-forward layer, and model.ffn is 0."),

            (c.Attention == AttentionKind.Linear != c.Linear is not null,
                "model.attention 'linear' and model.linear, its feature map, must be given together."),
            (c.SoftmaxLayers is not null && !isLinear,
                "model.softmax_layers, the layers that keep softmax attention, needs model.attention to be linear or lolcats."),
            (c.SoftmaxLayers?.Count == c.Layers,
                $"model.softmax_layers names every layer: model.attention {(isRotary ? "rotary" : "softmax")} says the same."),
            (isLinear && c.SoftmaxLayers is not { Count: > 0 } && c.AttentionDropout > 0,
                $"model.attention_dropout is {c.AttentionDropout}, linear attention never forms the weights that it would drop."),

            (hasMemories != c.Memory is not null, "model.memory_positions and model.memory must be given together."),

            (c.PaddingIdx is { } padding && (padding < 0 || padding >= c.Vocab),
                $"model.padding_idx ({c.PaddingIdx}) is not an id of a vocabulary of {c.Vocab}."),
            (isFairseq && (c.EmbeddingNorm || c.ScaleEmbedding || c.OutputBias),
                "model.adaptive in fairseq's form excludes embedding_norm, scale_embedding and output_bias: it scales by sqrt(dim) by itself "
                + "(adaptive.scale) and has no biases."),
            (isBiased && (hasPositions || c.PaddingIdx is not null || c.EmbeddingNorm || c.ScaleEmbedding || c.OutputBias),
                "model.adaptive (adaptive input and softmax) excludes absolute positions, padding_idx, embedding_norm, scale_embedding and "
                + "output_bias: it scales by sqrt(dim) (adaptive.scale) and has biases by itself."),

            (c.Delight is not null && (c.Attention != AttentionKind.Softmax || c.Persistent != 0 || hasMemories || c.FeedForward == 0),
                "model.delight needs model.attention softmax and a feed-forward layer, without persistent vectors and memories: its units "
                + "are in front of that attention."),
            (c.Delight is not null && (c.EmbeddingNorm || c.OutputBias || c.Init != InitializationScheme.Xavier || c.GatedFfn
                    || c.Norm != NormKind.Layer),
                "model.delight excludes embedding_norm, output_bias, gated_ffn, another norm than layer and another init than xavier."),

            (c.Exits is not null && (c.Attention != AttentionKind.Softmax || c.Delight is not null || c.Adaptive is not null),
                "model.exits needs model.attention softmax, whose keys and values of skipped layers are made from the states tokens left "
                + "with, and excludes delight and adaptive."),
            (c.Exits is { NeedsEncoder: true },
                "model.exits of a language model excludes classifiers separate, halting sequence (there is no source to decide by), paths "
                + "and gamma."),
        ];
    }

    /// <summary>Checks an attention that is not the configuration's.</summary>
    /// <param name="attention">The attention; null for the configuration's.</param>
    /// <exception cref="InputException">It does not fit the model.</exception>
    public void Validate(IAttentionSlot? attention)
    {
        if (attention is null)
        {
            return;
        }

        if (config.Exits is not null || config.Delight is not null)
        {
            throw new InputException(
                "An attention of one's own excludes model.exits, whose skipped layers need the keys and values of softmax attention, and "
                + "model.delight, which makes whole layers.");
        }

        if (config.Attention != AttentionKind.Softmax)
        {
            throw new InputException(
                $"An attention of one's own takes the place of softmax attention, so model.attention must be 'softmax'; it is "
                + $"'{config.Attention.JsonName()}'.");
        }

        attention.Validate(Sizes, "model");
    }

    /// <summary>What the mechanisms know about the model.</summary>
    /// <param name="known">Weights, metrics and lengths, where there are any.</param>
    public IReadOnlyList<MechanismReport> Describe(ModelFacts known) => All.Describe(known with
    {
        Sizes = Sizes,
        FeedForward = config.FeedForward,
        Vocabulary = config.Vocab,
        Clusters = config.Adaptive,
    });

    /// <summary>The mechanisms of a layer.</summary>
    /// <param name="layer">From 0.</param>
    public LayerSlots At(int layer)
    {
        IPositionwiseSlot? feedForward =
            config.FeedForward == 0 ? null : config.GatedFfn ? GatedFeedForwardSlot.Instance : FeedForwardSlot.Instance;
        return new LayerSlots(
            AttentionAt(layer, config.SoftmaxLayers?.Contains(layer) ?? false),
            null,
            config.HasMemoryAt(layer) ? config.Memory : feedForward,
            config.HasMemoryAfter(layer) ? config.Memory : null);
    }

    /// <summary>Tokens and positions to vectors.</summary>
    public TokenEmbedding CreateEmbedding(RandomSource random)
    {
        // The stage's values are drawn before the table's, or after them: as files of weights and recorded runs have it.
        EmbeddingStage? widening = Stage?.CreateStage(config.Dim, config.Activation, CreatePositions(random), random);
        TokenTable table = config.Adaptive is { } clusters
            ? new AdaptiveInput(clusters, config.Vocab, TableWidth, random, config.PaddingIdx)
            : new PlainTable(CreateTable(random), config.PaddingIdx, config.ScaleEmbedding);
        return new TokenEmbedding(table, widening ?? new PositionStage(
            CreatePositions(random),
            config.EmbeddingNorm ? new LayerNorm(config.Dim, config.NormEpsilon) : null,
            config.EmbeddingDropout ?? config.Dropout));
    }

    /// <summary>What the attention of all layers shares; null for nothing.</summary>
    public Module? CreateShared(RandomSource random) => _attention.CreateShared(LayerOptions, random);

    /// <summary>The layers and the norm behind them.</summary>
    public LayerStack CreateStack(Module? shared, RandomSource random)
    {
        IReadOnlyList<TransformerLayer> layers = Layers is { } slot
            ? slot.CreateLayers(LayerOptions, config.Layers, null, random)
            : new SlottedLayers(At, shared).Create(LayerOptions, config.Layers, null, random);
        return new LayerStack(layers, config.HasFinalNorm ? LayerOptions.CreateNorm() : null);
    }

    /// <summary>Last states to scores.</summary>
    /// <param name="table">The tokens' table, which may serve as the projection.</param>
    /// <param name="random">Source of the initial values.</param>
    internal OutputLayer CreateOutput(TokenTable table, RandomSource random)
    {
        if (config.Adaptive is { } clusters)
        {
            return new AdaptiveSoftmax(clusters, config.Vocab, TableWidth, random, config.Tie ? (AdaptiveInput)table : null);
        }

        float deviation = config.Init == InitializationScheme.Gpt2 ? InitialWeights.Gpt2Deviation : MathF.Pow(TableWidth, -0.5f);
        Parameter weight = config.Tie
            ? ((PlainTable)table).Weight
            : Initialization.Normal(new Shape(config.Vocab, TableWidth), deviation, random);
        return new LinearOutput(weight, config.Tie, config.OutputBias ? Initialization.Zeros(new Shape(config.Vocab)) : null);
    }

    /// <summary>How deep tokens go.</summary>
    public StackDepth CreateDepth(RandomSource random) =>
        Depth?.CreateDepth(Sizes, config.Dim, random) ?? new FullDepth("layers");

    private IAttentionSlot AttentionAt(int layer, bool keepsSoftmax)
    {
        if (config.Rotary is not { } rotary)
        {
            return keepsSoftmax ? SoftmaxSlot.Instance : _attention;
        }

        RotarySlot softmax = new(rotary, rotary.WindowOf(layer));
        return keepsSoftmax || config.Lolcats is not { } lolcats ? softmax : new LolcatsSlot(softmax, lolcats);
    }

    private Parameter CreateTable(RandomSource random) =>
        Initialization.Normal(new Shape(config.Vocab, TableWidth), Deviation ?? MathF.Pow(TableWidth, -0.5f), random);

    private AbsolutePositions? CreatePositions(RandomSource random) => config.PositionLimit == int.MaxValue
        ? null
        : new AbsolutePositions(config.Positions, config.MaxPositions, config.Dim, config.PaddingIdx,
            (Stage is null && config.Adaptive is null ? Deviation : null) ?? MathF.Pow(config.Dim, -0.5f), random);

    // Of the initial values of tables; null: the root of the reciprocal width.
    private float? Deviation => config.Init switch
    {
        InitializationScheme.Gpt2 => InitialWeights.Gpt2Deviation,
        InitializationScheme.FanIn => 1,
        _ => null,
    };
}
