using ManagedTransformer.Architectures.Lolcats;

namespace ManagedTransformer.Conversion;

/// <summary>How <see cref="Linearization.Convert"/> converts a model.</summary>
public sealed record LinearizationOptions
{
    private const int DefaultWindowSize = 64;

    /// <summary>phi.</summary>
    public LolcatsMap Map { get; init; }

    /// <summary>k: rows of a map's weight per head; null: half the head's width for Hedgehog's map, all of it for T2R's.</summary>
    public int? FeatureSize { get; init; }

    /// <summary>Which keys keep their softmax weights.</summary>
    public LolcatsWindow Window { get; init; } = LolcatsWindow.Terraced;

    /// <summary>w, in positions; null: 64 where there is a window.</summary>
    public int? WindowSize { get; init; }

    /// <summary>Layers that keep their softmax.</summary>
    public LayerChoice KeepSoftmax { get; init; } = LayerChoice.None;

    /// <summary>The configuration for heads of a width. T2R's map has a bias, as in its paper.</summary>
    /// <param name="width">d.</param>
    internal LolcatsConfig Configure(int width) => new()
    {
        Map = Map,
        FeatureSize = FeatureSize ?? (Map == LolcatsMap.Hedgehog ? (width + 1) / 2 : width),
        FeatureBias = Map == LolcatsMap.T2r,
        Window = Window,
        WindowSize = WindowSize ?? (Window == LolcatsWindow.None ? 0 : DefaultWindowSize),
    };
}
