using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Layers;

/// <summary>Sizes and dropouts of a Transformer layer.</summary>
public sealed record TransformerLayerOptions
{
    /// <summary>Width.</summary>
    public required int Dim { get; init; }

    /// <summary>Number of heads; divides the width.</summary>
    public required int Heads { get; init; }

    /// <summary>Inner width of the feed-forward sub-layer.</summary>
    public int FeedForward { get; init; }

    /// <summary>Activation of the feed-forward sub-layer.</summary>
    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>Norms before the sub-layers instead of after them.</summary>
    public bool PreNorm { get; init; }

    /// <summary>Whether linear maps have biases.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>Whether the maps of the feed-forward sub-layer have biases; null: as the other maps.</summary>
    public bool? FeedForwardBias { get; init; }

    /// <summary>Dropout after attention and feed-forward.</summary>
    public float Dropout { get; init; }

    /// <summary>Dropout on attention weights.</summary>
    public float AttentionDropout { get; init; }

    /// <summary>Dropout after the activation.</summary>
    public float ActivationDropout { get; init; }

    /// <summary>Kind of the norms.</summary>
    public NormKind Norm { get; init; }

    /// <summary>Epsilon of the norms.</summary>
    public float NormEpsilon { get; init; } = 1e-5f;

    /// <summary>Dropout after the feed-forward sub-layer; null: as after attention.</summary>
    public float? FeedForwardDropout { get; init; }

    /// <summary>Softmax self-attention of these sizes, with initial values.</summary>
    internal MultiHeadAttention SoftmaxAttention(RandomSource random) => new(Dim, Heads, random, Bias, AttentionDropout);

    /// <summary>Softmax attention of these sizes to a memory, with initial values.</summary>
    internal MultiHeadCrossAttention SoftmaxCrossAttention(int memoryDim, RandomSource random) =>
        new(Dim, Heads, memoryDim, random, Bias, AttentionDropout);

    /// <summary>A norm of the layer's kind and width.</summary>
    internal Norm CreateNorm() => Modules.Norm.Create(Norm, Dim, NormEpsilon);

    /// <summary>A gated feed-forward layer of these sizes, with initial values.</summary>
    internal GatedFeedForward GatedFeedForwardLayer(RandomSource random) =>
        new(Dim, FeedForward, Activation, random, ActivationDropout, FeedForwardBias ?? Bias);

    /// <summary>A feed-forward layer of these sizes, with initial values.</summary>
    internal FeedForward FeedForwardLayer(RandomSource random) =>
        new(Dim, FeedForward, Activation, random, ActivationDropout, FeedForwardBias ?? Bias);
}
