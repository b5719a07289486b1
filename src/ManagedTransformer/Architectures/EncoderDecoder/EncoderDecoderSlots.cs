using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Modules.Slots;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>
/// The mechanisms that an encoder-decoder model's configuration chooses, and the parts that they make. With the configuration, this is the
/// place that knows which mechanisms there are.
/// </summary>
/// <param name="config">Validated, but for the mechanisms' own options.</param>
internal sealed class EncoderDecoderSlots(EncoderDecoderConfig config)
{
    /// <summary>Makes whole layers; null where they are made slot by slot.</summary>
    public ILayerSlot? Layers => config.Delight;

    /// <summary>Width of the decoder's table and of what its output projection reads.</summary>
    public int TableWidth => Stage?.TableWidth ?? config.DecoderWidth;

    /// <summary>Whether every exit has a projection of its own.</summary>
    public bool HasExitProjections => Depth?.HasExitProjections ?? false;

    private IEmbeddingSlot? Stage => config.Delight;

    private IDepthSlot? Depth => config.Exits;

    /// <summary>Every mechanism in use but attention, which two slots share.</summary>
    public IEnumerable<ISlot> All => new ISlot?[] { config.Delight, config.Exits, config.Lora }.OfType<ISlot>();

    /// <summary>Sizes that mechanisms are checked against.</summary>
    public ModelSizes Sizes => new(config.DecoderWidth, config.DecoderLayers, config.Heads, config.Tie != EmbeddingTie.None);

    /// <summary>What cannot be had together, and why.</summary>
    /// <param name="c">The configuration.</param>
    public static IEnumerable<(bool IsBroken, string Message)> Exclusions(EncoderDecoderConfig c) =>
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
        (c.SoftmaxLayers?.Count == c.DecoderLayers,
            "model.softmax_layers names every decoder layer: leaving model.linear out says the same."),
        (c.CrossSoftmaxLayers?.Count == c.DecoderLayers,
            "model.cross_softmax_layers names every decoder layer: leaving model.cross_linear out says the same."),
        (c.CrossLinear is { HasGate: true },
            "model.cross_linear.gate must be none: attention to a source has no order in which it could forget."),
        ((c.Linear ?? c.CrossLinear) is not null && (c.Exits is not null || c.Delight is not null),
            "model.linear and model.cross_linear exclude model.exits (skipped layers need keys and values) and model.delight."),
    ];

    /// <summary>What the mechanisms know about the model.</summary>
    /// <param name="known">Weights, metrics and lengths, where there are any.</param>
    public IReadOnlyList<MechanismReport> Describe(ModelFacts known) => All.Describe(known with
    {
        Sizes = Sizes,
        FeedForward = config.Ffn,
        Vocabulary = config.Vocab,
    });

    /// <summary>The mechanisms of an encoder layer.</summary>
    /// <param name="layer">From 0.</param>
    public static LayerSlots EncoderLayer(int layer) => new(SoftmaxSlot.Instance, null, FeedForwardSlot.Instance);

    /// <summary>The mechanisms of a decoder layer.</summary>
    /// <param name="layer">From 0.</param>
    public LayerSlots DecoderLayer(int layer)
    {
        IAttentionSlot? linear = config.SoftmaxLayers?.Contains(layer) == true ? null : config.Linear;
        ICrossAttentionSlot? linearCross = config.CrossSoftmaxLayers?.Contains(layer) == true ? null : config.CrossLinear;
        return new LayerSlots(linear ?? SoftmaxSlot.Instance, linearCross ?? SoftmaxSlot.Instance, FeedForwardSlot.Instance);
    }

    /// <summary>The embedding of one side.</summary>
    /// <param name="vocabulary">Number of token ids.</param>
    /// <param name="dim">Width of the side.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="shared">The other side's table where it serves both; null for one of its own.</param>
    public TokenEmbedding CreateEmbedding(int vocabulary, int dim, RandomSource random, Parameter? shared = null)
    {
        // The stage's values are drawn before the table's, or after them: as files of weights and recorded runs have it.
        EmbeddingStage? widening = Stage?.CreateStage(dim, config.Activation, CreatePositions(), random);
        int width = Stage?.TableWidth ?? dim;
        Parameter weight = shared ?? Initialization.Normal(new Shape(vocabulary, width), MathF.Pow(width, -0.5f), random);
        PlainTable table = new(weight, config.PaddingIdx, config.ScaleEmbedding);
        return new TokenEmbedding(table, widening ?? new PositionStage(CreatePositions(), null, config.Dropout));

        AbsolutePositions? CreatePositions() => config.Positions == PositionKind.None
            ? null
            : new AbsolutePositions(config.Positions, config.MaxPositions, dim, config.PaddingIdx, MathF.Pow(dim, -0.5f), random);
    }

    /// <summary>The encoder's layers and, of pre-norm models, the norm behind them.</summary>
    public LayerStack CreateEncoder(RandomSource random)
    {
        TransformerLayerOptions layer = Options(config.Dim, config.Ffn);
        IReadOnlyList<TransformerLayer> layers = Layers is { } slot
            ? slot.CreateLayers(layer, config.EncoderLayers, null, random)
            : new SlottedLayers(EncoderLayer, null).Create(layer, config.EncoderLayers, null, random);
        return new LayerStack(layers, config.PreNorm ? new LayerNorm(config.Dim, config.NormEpsilon) : null);
    }

    /// <summary>The decoder's layers and the norm behind them, if there is one.</summary>
    public LayerStack CreateDecoder(RandomSource random)
    {
        int width = config.DecoderWidth;
        TransformerLayerOptions layer = Options(width, config.DecoderFeedForward);
        IReadOnlyList<TransformerLayer> layers = Layers is { } slot
            ? slot.CreateLayers(layer, config.DecoderLayers, config.Dim, random)
            : new SlottedLayers(DecoderLayer, null).Create(layer, config.DecoderLayers, config.Dim, random);
        return new LayerStack(layers, config.HasFinalNorm ? new LayerNorm(width, config.NormEpsilon) : null);
    }

    /// <summary>How deep target tokens go.</summary>
    public StackDepth CreateDepth(RandomSource random) =>
        Depth?.CreateDepth(Sizes, config.Dim, random) ?? new FullDepth("decoder layers");

    private TransformerLayerOptions Options(int dim, int feedForward) => new()
    {
        Dim = dim,
        Heads = config.Heads,
        FeedForward = feedForward,
        Activation = config.Activation,
        PreNorm = config.PreNorm,
        Bias = config.Bias,
        Dropout = config.Dropout,
        AttentionDropout = config.AttentionDropout,
        ActivationDropout = config.ActivationDropout,
        NormEpsilon = config.NormEpsilon,
    };
}
