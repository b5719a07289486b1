using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>
/// Attention to another sequence with a feature map in place of the softmax: its keys and values are summed up once, and every query reads the sums
/// (Katharopoulos et al., 2020; Kasai et al., 2021).
/// </summary>
public sealed class LinearCrossAttention : Module
{
    private readonly LinearAttentionLayerOptions _options;
    private readonly LinearProjections _projections;

    /// <summary>An attention layer.</summary>
    /// <param name="options">Sizes and feature map; no gate.</param><param name="memoryDim">Width of the memory.</param><param name="random">Source of the initial values.</param>
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

    /// <summary>The query map.</summary>
    public Linear Query => _projections.Query;

    /// <summary>The key map.</summary>
    public Linear Key => _projections.Key;

    /// <summary>The value map.</summary>
    public Linear Value => _projections.Value;

    /// <summary>The output map.</summary>
    public Linear Out => _projections.Out;

    /// <summary>phi, the same for queries and keys.</summary>
    public FeatureMap Feature => _projections.Feature;

    /// <summary>Attention to a memory.</summary>
    /// <param name="x">Queries' source, [B, T, dim]</param><param name="memory">Keys' and values' source, [B, S, memoryDim]</param>
    /// <param name="keyPadding">Float32 [B, S], 1 at padding; or null.</param>
    /// <returns>[B, T, dim]</returns>
    public Tensor Forward(Tensor x, Tensor memory, Tensor? keyPadding = null) => Read(x, Remember(memory, keyPadding));

    /// <summary>The sums over a memory, which serve all decoding steps.</summary>
    /// <param name="memory">[B, S, memoryDim]</param><param name="keyPadding">Float32 [B, S], 1 at padding; or null.</param>
    public LinearAttentionState Remember(Tensor memory, Tensor? keyPadding = null) =>
        TensorOperators.LinearStateOf(Feature.MapKeys(_projections.Keys(memory)), _projections.Values(memory), keyPadding);

    /// <summary>Attention of new positions to what <see cref="Remember"/> summed up.</summary>
    /// <param name="x">[B, n, dim]</param><param name="state">The sums.</param>
    /// <returns>[B, n, dim]</returns>
    public Tensor Read(Tensor x, LinearAttentionState state) =>
        _projections.Join(Feature.MapQueries(_projections.Queries(x)).ReadLinearState(state, _options.Linear.Options));

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit) => visit.Add("", _projections);
}
