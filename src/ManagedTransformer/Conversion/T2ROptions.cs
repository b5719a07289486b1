using ManagedTransformer.Architectures.LinearAttention;

namespace ManagedTransformer.Conversion;

/// <summary>How <see cref="T2R.Convert"/> converts a model.</summary>
public sealed record T2ROptions
{
    /// <summary>What takes the softmax's place; default: the learnt map of Kasai et al. with 32 features.</summary>
    public LinearAttentionConfig Linear { get; init; } = new() { Map = FeatureMapKind.Learned };

    /// <summary>Layers that keep their softmax, counted from 0, increasing; for instance <see cref="T2R.EveryFourthFromTop"/>.</summary>
    public IReadOnlyList<int> SoftmaxLayers { get; init; } = [];

    /// <summary>Decides the initial values of what is new.</summary>
    public ulong Seed { get; init; } = 1;
}
