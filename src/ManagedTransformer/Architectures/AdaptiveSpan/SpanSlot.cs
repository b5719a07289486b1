using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Modules.Slots;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.AdaptiveSpan;

/// <summary>Span attention as the attention of a model's layers, with persistent vectors in its softmax where there are any.</summary>
/// <param name="Config">Limit, ramp and penalty.</param>
/// <param name="Kind">How heads come by their spans.</param>
/// <param name="Persistent">N: persistent vectors per head (all-attention); 0 for none.</param>
internal sealed record SpanSlot(SpanConfig Config, SpanKind Kind, int Persistent)
    : IAttentionSlot, IRecordedSlot, IDescribedSlot
{
    /// <inheritdoc/>
    public void Validate(ModelSizes model, string where) => Config.Validate(where);

    /// <inheritdoc/>
    public Module CreateShared(TransformerLayerOptions layer, RandomSource random) =>
        new RelativePositions(Config.Limit, layer.Dim / layer.Heads, random);

    /// <inheritdoc/>
    public SelfAttention Create(TransformerLayerOptions layer, Module? shared, RandomSource random)
    {
        SpanAttentionLayerOptions options = new()
        {
            Dim = layer.Dim,
            Heads = layer.Heads,
            Kind = Kind,
            Span = Config,
            Persistent = Persistent,
            Dropout = layer.AttentionDropout,
        };
        return new SpanSelfAttention(options, ((RelativePositions)shared!).Weight, random);
    }

    /// <inheritdoc/>
    public IMechanismRecorder CreateRecorder(LayerStack stack, ModelSizes sizes) => new SpanRecorder(this, stack, sizes);

    /// <summary>z = S ratio of every head where spans are learnt and there are weights; otherwise what the last evaluation found.</summary>
    public MechanismReport? Describe(ModelFacts model)
    {
        ArgumentNullException.ThrowIfNull(model);
        IReadOnlyList<IReadOnlyList<double>>? layers = Kind == SpanKind.Learnt && model.ReadWeights is { } read
            ? [.. Enumerable.Range(0, model.Sizes.Layers).Select(layer => (IReadOnlyList<double>)
                [.. read($"layers.{layer}.attn.span.ratio").Select(ratio => (double)ratio * Config.Limit)])]
            : model.ReadMetrics(SpanJson.Member, SpanJson.Default.SpanReport)?.Layers;
        return layers is null ? null : new HeadSpans(layers, Config.Limit);
    }
}
