using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Outputs;
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
    public IEnumerable<ISlot> All => new ISlot?[] { _attention, config.Memory, config.Delight, config.Exits }.OfType<ISlot>();

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
        NormEpsilon = config.NormEpsilon,
    };

    /// <summary>The mechanisms of a layer.</summary>
    /// <param name="layer">From 0.</param>
    public LayerSlots At(int layer)
    {
        bool keepsSoftmax = config.SoftmaxLayers?.Contains(layer) ?? false;
        IPositionwiseSlot? feedForward = config.FeedForward == 0 ? null : FeedForwardSlot.Instance;
        return new LayerSlots(
            keepsSoftmax ? SoftmaxSlot.Instance : _attention,
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
        return new LayerStack(layers, config.HasFinalNorm ? new LayerNorm(config.Dim, config.NormEpsilon) : null);
    }

    /// <summary>Last states to scores.</summary>
    /// <param name="table">The tokens' table, which may serve as the projection.</param>
    /// <param name="random">Source of the initial values.</param>
    public OutputLayer CreateOutput(TokenTable table, RandomSource random)
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
