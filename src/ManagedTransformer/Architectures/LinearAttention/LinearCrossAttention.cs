using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>
/// Attention to another sequence with a feature map in place of the softmax: its keys and values are summed up once, and every query reads
/// the sums (Katharopoulos et al., 2020; Kasai et al., 2021).
/// </summary>
internal sealed class LinearCrossAttention : CrossAttention
{
    private readonly LinearAttentionLayerOptions _options;
    private readonly LinearProjections _projections;
    private MergedMap? _mergedQuery, _mergedKey;

    /// <summary>An attention layer.</summary>
    /// <param name="options">Sizes and feature map; no gate.</param>
    /// <param name="memoryDim">Width of the memory.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <exception cref="ArgumentException">The heads do not divide the width, or there are gates.</exception>
    public LinearCrossAttention(LinearAttentionLayerOptions options, int memoryDim, RandomSource random)
    {
        if (options.Linear.Gate != LinearGateKind.None)
        {
            throw new ArgumentException("Linear cross-attention has no gates.");
        }

        _options = options;
        _projections = new LinearProjections(options, memoryDim, random);
    }

    /// <inheritdoc/>
    public override Linear Query => _projections.Query;

    /// <inheritdoc/>
    public override Linear Key => _projections.Key;

    /// <inheritdoc/>
    public override Linear Value => _projections.Value;

    /// <inheritdoc/>
    public override Linear Out => _projections.Out;

    /// <summary>phi, the same for queries and keys.</summary>
    public FeatureMap Feature => _projections.Feature;

    /// <summary>
    /// The merged query and key projections that decoding uses; null before the first memory, and for maps that cannot be merged.
    /// </summary>
    internal (MergedMap? Query, MergedMap? Key) Merged => (_mergedQuery, _mergedKey);

    /// <summary>Attention to a memory.</summary>
    /// <param name="x">Queries' source, [B, T, dim]</param>
    /// <param name="memory">Keys' and values' source, [B, S, memoryDim]</param>
    /// <param name="keyPadding">Float32 [B, S], 1 at padding; or null.</param>
    /// <param name="context">Dropout of adapters; default: none.</param>
    /// <returns>[B, T, dim]</returns>
    public Tensor Forward(Tensor x, Tensor memory, Tensor? keyPadding = null, ForwardContext? context = null) =>
        Read(x, Remember(memory, keyPadding, context), context);

    /// <summary>The sums over a memory, which serve all decoding steps.</summary>
    /// <param name="memory">[B, S, memoryDim]</param>
    /// <param name="keyPadding">Float32 [B, S], 1 at padding; or null.</param>
    /// <param name="context">Dropout of adapters; default: none.</param>
    public LinearAttentionState Remember(Tensor memory, Tensor? keyPadding = null, ForwardContext? context = null)
    {
        context ??= ForwardContext.Inference;
        (Tensor keys, Tensor? scale) = Feature.ScaleKeys(_projections.Keys(memory, context));
        return TensorOperators.LinearStateOf(keys, _projections.Values(memory, context), keyPadding) with { LogScale = scale };
    }

    /// <summary>Attention of new positions to what <see cref="Remember"/> summed up.</summary>
    /// <param name="x">[B, n, dim]</param>
    /// <param name="state">The sums.</param>
    /// <param name="context">Dropout of adapters; default: none.</param>
    /// <returns>[B, n, dim]</returns>
    public Tensor Read(Tensor x, LinearAttentionState state, ForwardContext? context = null)
    {
        context ??= ForwardContext.Inference;
        return Read(Feature.ScaleQueries(_projections.Queries(x, context)), state, context);
    }

    /// <inheritdoc/>
    public override Tensor Attend(Tensor x, Tensor memory, AttentionMask mask, ForwardContext context) =>
        Forward(x, memory, mask.KeyPadding, context);

    /// <inheritdoc/>
    /// <returns>s, and z with the logarithm of what both lack, if anything, as one more column.</returns>
    public override (Tensor First, Tensor Second) Summarize(Tensor memory, Tensor? padding)
    {
        if (Feature is LearnedFeatures { IsMergeable: true } features)
        {
            // Weights may have changed since the last memory.
            _mergedQuery = new MergedMap(Query, _projections.QueryFactor, features);
            _mergedKey = new MergedMap(Key, 1, features);
        }

        (Tensor keys, Tensor? scale) = _mergedKey is not null
            ? (_mergedKey.Map(memory), null)
            : Feature.ScaleKeys(_projections.Keys(memory, ForwardContext.Inference));
        LinearAttentionState state = TensorOperators.LinearStateOf(
            keys, _projections.Values(memory, ForwardContext.Inference), padding);

        // What the state lacks is one more column of z.
        return (state.S, scale is null ? state.Z : TensorOperators.Concat(2, state.Z, scale.Reshape(state.Z.Shape.With(2, 1))));
    }

    /// <inheritdoc/>
    public override Tensor Read(Tensor x, (Tensor First, Tensor Second) summary, Tensor? padding, RowGrid grid)
    {
        Tensor spread = grid.Spread(x), z = summary.Second;
        int features = summary.First.Shape[2];
        LinearAttentionState state = z.Shape[2] == features
            ? new(summary.First, z)
            : new(summary.First, z.Slice(2, 0, features), z.Slice(2, features, 1).Reshape(new Shape(z.Shape[0], 1, z.Shape[1], 1)));
        (Tensor, Tensor?) queries = _mergedQuery is not null
            ? (_mergedQuery.Map(spread), null)
            : Feature.ScaleQueries(_projections.Queries(spread, ForwardContext.Inference));
        return grid.Collect(Read(queries, state, ForwardContext.Inference));
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit) => visit.Add("", _projections);

    private Tensor Read((Tensor Features, Tensor? LogScale) queries, LinearAttentionState state, ForwardContext context) =>
        _projections.Join(
            queries.Features.ReadLinearState(state, _options.Linear.ScaledOptions(queries.LogScale, state.LogScale)), context);
}
