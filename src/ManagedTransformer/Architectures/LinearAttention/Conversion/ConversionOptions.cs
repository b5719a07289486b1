using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.LinearAttention.Conversion;

/// <summary>How a model is converted.</summary>
public sealed record ConversionOptions
{
    /// <summary>What to.</summary>
    public ConversionTarget Target { get; init; }

    /// <summary>
    /// Rows k of the feature map of recurrent networks; null: 32. The map of <see cref="ConversionTarget.Elu"/> has none.
    /// </summary>
    public int? FeatureSize { get; init; }

    /// <summary>Layers of recurrent networks that keep their softmax.</summary>
    public LayerChoice KeepSoftmax { get; init; } = LayerChoice.None;

    /// <summary>Decides the initial values of feature maps.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// How <see cref="ConversionTarget.Transformer"/> stores matrices: Float32 (null), BFloat16, Int8 or Int4
    /// (<see cref="Modules.Module.RoundWeights(DType)"/>).
    /// </summary>
    public DType? Weights { get; init; }

    /// <summary>The conversion of a model with so many layers to a recurrent network; null for the other targets.</summary>
    /// <exception cref="InputException">Options that the target does not have.</exception>
    internal T2ROptions? Recurrent(int layers)
    {
        FeatureMapKind? map = Target switch
        {
            ConversionTarget.T2R => FeatureMapKind.Learned,
            ConversionTarget.Elu => FeatureMapKind.Elu1,
            ConversionTarget.Rfa => FeatureMapKind.RfaSincos,
            ConversionTarget.Favor => FeatureMapKind.FavorExp,
            _ => null,
        };
        if (FeatureSize is not null && map is null or FeatureMapKind.Elu1)
        {
            throw new InputException("A feature size needs the target t2r, rfa or favor.");
        }

        IReadOnlyList<int> softmax = KeepSoftmax.Of(layers);
        if (map is not { } kind)
        {
            return softmax.Count == 0
                ? null
                : throw new InputException("Layers that keep their softmax need the target t2r, elu, rfa or favor.");
        }

        LinearAttentionConfig linear = new() { Map = kind };
        return new T2ROptions
        {
            Linear = FeatureSize is { } size ? linear with { FeatureSize = size } : linear,
            SoftmaxLayers = softmax,
            Seed = Seed,
        };
    }
}
