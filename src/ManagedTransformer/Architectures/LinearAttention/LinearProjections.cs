using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>What self-attention and cross-attention share: projections to heads, the feature map, and the way back.</summary>
internal sealed class LinearProjections : Module
{
    private readonly int _dim, _heads;
    private readonly float _queryFactor;

    public LinearProjections(LinearAttentionLayerOptions options, int memoryDim, RandomSource random)
    {
        (_dim, _heads) = (options.Dim, options.Heads);
        if (_heads <= 0 || _dim % _heads != 0)
        {
            throw new ArgumentException($"The number of heads ({_heads}) does not divide the width ({_dim}).");
        }

        Width = _dim / _heads;
        _queryFactor = options.Linear.QueryFactor(Width);

        // As in softmax attention: Xavier with gain 1/sqrt 2 where all three maps have the same input.
        float gain = memoryDim == _dim ? 1 / MathF.Sqrt(2) : 1;
        Query = Map(_dim);
        Key = Map(memoryDim);
        Value = Map(memoryDim);
        Out = new Linear(_dim, _dim, random, options.Bias);
        Feature = FeatureMap.Create(options.Linear, _heads, Width, random);

        Linear Map(int inputs) =>
            new(Initialization.XavierUniform(_dim, inputs, random, gain), options.Bias ? Initialization.Zeros(new Shape(_dim)) : null);
    }

    public int Width { get; }

    public Linear Query { get; }

    public Linear Key { get; }

    public Linear Value { get; }

    public Linear Out { get; }

    public FeatureMap Feature { get; }

    /// <summary>Factor on queries before the map.</summary>
    public float QueryFactor => _queryFactor;

    /// <summary>Queries before the map, [B, T, H, d].</summary>
    /// <param name="x">[B, T, D]</param>
    /// <param name="context">Dropout of adapters.</param>
    public Tensor Queries(Tensor x, ForwardContext context)
    {
        Tensor queries = Heads(Query.Forward(x, context));
        return _queryFactor == 1 ? queries : queries * _queryFactor;
    }

    /// <summary>Keys before the map, [B, S, H, d].</summary>
    /// <param name="x">[B, S, D]</param>
    /// <param name="context">Dropout of adapters.</param>
    public Tensor Keys(Tensor x, ForwardContext context) => Heads(Key.Forward(x, context));

    /// <summary>[B, S, H, d]</summary>
    /// <param name="x">[B, S, D]</param>
    /// <param name="context">Dropout of adapters.</param>
    public Tensor Values(Tensor x, ForwardContext context) => Heads(Value.Forward(x, context));

    /// <summary>Joins heads [B, T, H, d] and maps them out, [B, T, D].</summary>
    /// <param name="y">[B, T, H, d]</param>
    /// <param name="context">Dropout of adapters.</param>
    public Tensor Join(Tensor y, ForwardContext context) => Out.Forward(y.Reshape(new Shape(y.Shape[0], y.Shape[1], _dim)), context);

    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("query", Query);
        visit.Add("key", Key);
        visit.Add("value", Value);
        visit.Add("out", Out);
        visit.Add("feature", Feature);
    }

    private Tensor Heads(Tensor x) => x.Reshape(new Shape(x.Shape[0], x.Shape[1], _heads, Width));
}
