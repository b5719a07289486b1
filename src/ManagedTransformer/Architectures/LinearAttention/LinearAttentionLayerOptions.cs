namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>Sizes of a <see cref="LinearSelfAttention"/> or a <see cref="LinearCrossAttention"/>.</summary>
internal sealed record LinearAttentionLayerOptions
{
    /// <summary>D: width.</summary>
    public required int Dim { get; init; }

    /// <summary>H: number of heads; divides the width.</summary>
    public required int Heads { get; init; }

    /// <summary>Feature map, denominator and gate.</summary>
    public required LinearAttentionConfig Linear { get; init; }

    /// <summary>Whether the four projections have biases.</summary>
    public bool Bias { get; init; } = true;
}
