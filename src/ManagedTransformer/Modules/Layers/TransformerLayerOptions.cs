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

    /// <summary>Epsilon of the norms.</summary>
    public float NormEpsilon { get; init; } = 1e-5f;

    /// <summary>Dropout after the feed-forward sub-layer; null: as after attention.</summary>
    public float? FeedForwardDropout { get; init; }
}
