using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Conversion;

/// <summary>How a model is converted.</summary>
public sealed record ConversionOptions
{
    /// <summary>What to.</summary>
    public ConversionTarget Target { get; init; }

    /// <summary>Whether the source's adapters are folded into its weights before anything else.</summary>
    public bool MergeAdapter { get; init; }

    /// <summary>An adapter to set beside the source's maps, or the model that the source's adapter belongs to; null for neither.</summary>
    public AdapterOptions? Adapter { get; init; }

    /// <summary>
    /// Rows k of the feature map of recurrent networks; null: 32, for <see cref="ConversionTarget.Lolcats"/> as its options say. The map of
    /// <see cref="ConversionTarget.Elu"/> has none.
    /// </summary>
    public int? FeatureSize { get; init; }

    /// <summary>Layers of recurrent networks that keep their softmax.</summary>
    public LayerChoice KeepSoftmax { get; init; } = LayerChoice.None;

    /// <summary>The map of <see cref="ConversionTarget.Lolcats"/>; null: Hedgehog's.</summary>
    public LolcatsMap? Map { get; init; }

    /// <summary>The window of <see cref="ConversionTarget.Lolcats"/>; null: terraced.</summary>
    public LolcatsWindow? Window { get; init; }

    /// <summary>Positions of that window; null: 64.</summary>
    public int? WindowSize { get; init; }

    /// <summary>Decides the initial values of feature maps.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// How <see cref="ConversionTarget.Transformer"/> stores matrices: Float32 (null), BFloat16, Int8 or Int4
    /// (<see cref="Modules.Module.RoundWeights(DType)"/>).
    /// </summary>
    public DType? Weights { get; init; }

    private FeatureMapKind? LinearMap => Target switch
    {
        ConversionTarget.T2R => FeatureMapKind.Learned,
        ConversionTarget.Elu => FeatureMapKind.Elu1,
        ConversionTarget.Rfa => FeatureMapKind.RfaSincos,
        ConversionTarget.Favor => FeatureMapKind.FavorExp,
        _ => null,
    };

    /// <summary>A recurrent network of a model; null where the target is none.</summary>
    /// <param name="source">The model.</param>
    /// <exception cref="InputException">Options that the target does not have, or a model that it cannot be made of.</exception>
    internal ConvertedNetwork? Recurrent(CausalLanguageModel source)
    {
        bool isLolcats = Target == ConversionTarget.Lolcats;
        if (FeatureSize is not null && !isLolcats && LinearMap is null or FeatureMapKind.Elu1)
        {
            throw new InputException("A feature size needs the target t2r, rfa, favor or lolcats.");
        }

        if (!isLolcats && (Map ?? (object?)Window ?? WindowSize) is not null)
        {
            throw new InputException("A map, a window and its size need the target lolcats.");
        }

        if (isLolcats)
        {
            LinearizationOptions defaults = new();
            return Linearization.Convert(source, defaults with
            {
                Map = Map ?? defaults.Map,
                FeatureSize = FeatureSize,
                Window = Window ?? defaults.Window,
                WindowSize = WindowSize,
                KeepSoftmax = KeepSoftmax,
            });
        }

        IReadOnlyList<int> softmax = KeepSoftmax.Of(source.Config.Layers);
        if (LinearMap is not { } map)
        {
            return softmax.Count == 0
                ? null
                : throw new InputException("Layers that keep their softmax need the target t2r, elu, rfa, favor or lolcats.");
        }

        LinearAttentionConfig linear = new() { Map = map };
        return T2R.Convert(source, new T2ROptions
        {
            Linear = FeatureSize is { } size ? linear with { FeatureSize = size } : linear,
            SoftmaxLayers = softmax,
            Seed = Seed,
        });
    }
}
