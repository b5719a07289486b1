namespace ManagedTransformer.Architectures.AdaptiveSpan;

/// <summary>Sizes of a <see cref="SpanSelfAttention"/>.</summary>
internal sealed record SpanAttentionLayerOptions
{
    /// <summary>Width.</summary>
    public required int Dim { get; init; }

    /// <summary>Number of heads; divides the width.</summary>
    public required int Heads { get; init; }

    /// <summary>Fixed, learnt or dynamic spans.</summary>
    public required SpanKind Kind { get; init; }

    /// <summary>Limit, ramp and so on.</summary>
    public required SpanConfig Span { get; init; }

    /// <summary>N: persistent key and value vectors per head; 0 for none.</summary>
    public int Persistent { get; init; }

    /// <summary>Dropout on the attention weights.</summary>
    public float Dropout { get; init; }
}
