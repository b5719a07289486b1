using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Attention;

/// <summary>
/// Multi-head self-attention (Vaswani et al., 2017, section 3.2): q = x Wq^T + bq, k and v likewise; head h owns the columns h d .. (h+1) d
/// - 1 with d = width / heads; y = concat over heads of softmax(q k^T / sqrt d) v, through the out map. Query, key and value weights are
/// packed in one matrix and computed in one product.
/// </summary>
internal sealed class MultiHeadAttention : SelfAttention
{
    private readonly AttentionHeads _heads;
    private readonly int _width;
    private readonly PackedLinear _packed;

    /// <summary>An attention layer.</summary>
    /// <param name="dim">Width of the input.</param>
    /// <param name="heads">Number of heads; divides the attention's width.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="bias">Whether the four maps have biases.</param>
    /// <param name="dropout">Dropout on the attention weights.</param>
    /// <param name="width">Width of queries, keys and values; null: dim.</param>
    /// <param name="outputDim">Width of the output; null: dim.</param>
    /// <exception cref="ArgumentException">The heads do not divide the width.</exception>
    public MultiHeadAttention(int dim, int heads, RandomSource random, bool bias = true, float dropout = 0, int? width = null,
        int? outputDim = null)
    {
        _width = width ?? dim;
        AttentionHeads.Require(heads, _width);
        _heads = new AttentionHeads(heads, dropout);

        // Xavier uniform, the three maps as if they were one matrix.
        Parameter weight = Initialization.Uniform(new Shape(3 * _width, dim), MathF.Sqrt(6f / (dim + (3 * _width))), random);
        _packed = new PackedLinear(weight, bias, _width, _width, _width);
        (Query, Key, Value) = (_packed[0], _packed[1], _packed[2]);
        Out = new Linear(_width, outputDim ?? dim, random, bias);
    }

    /// <inheritdoc/>
    public override Linear Query { get; }

    /// <inheritdoc/>
    public override Linear Key { get; }

    /// <inheritdoc/>
    public override Linear Value { get; }

    /// <inheritdoc/>
    public override Linear Out { get; }

    /// <summary>Attention within a block.</summary>
    /// <param name="x">[B, T, dim]</param>
    /// <param name="mask">Which keys are seen.</param>
    /// <param name="context">Dropout.</param>
    /// <returns>[B, T, output]</returns>
    public Tensor Forward(Tensor x, AttentionMask mask, ForwardContext context)
    {
        Shape packed = new(x.Shape[0], x.Shape[1], 3, _heads.Count, _width / _heads.Count);
        return Merge(_packed.Forward(x, context).Reshape(packed).SelfAttention(_heads.Options(mask, context)), context);
    }

    /// <inheritdoc/>
    public override Tensor Attend(Tensor x, AttentionMask mask, LayerHistory? history, ForwardContext context) => Forward(x, mask, context);

    /// <inheritdoc/>
    public override LayerState CreateState(int batch) => new KeyValueCache(batch, _heads.Count, _width / _heads.Count);

    /// <summary>Causal attention of new positions to all so far.</summary>
    /// <param name="x">[B, n, dim]</param>
    /// <param name="state">A <see cref="KeyValueCache"/>.</param>
    /// <returns>[B, n, output]</returns>
    public override Tensor Step(Tensor x, LayerState state) => Merge(Read(_packed.Forward(x, ForwardContext.Inference), state));

    /// <inheritdoc/>
    public override Tensor StepTogether(Tensor x, LayerStates states)
    {
        Tensor packed = _packed.Forward(x, ForwardContext.Inference);
        return Merge(_heads.Split(packed.Slice(2, 0, _width)).AttentionEach(states.Each(packed, Append), CausalOptions));
    }

    /// <summary>Attention of scattered rows, one position each, to projected keys and values of whole batches of rows.</summary>
    /// <param name="x">[n, 1, dim]</param>
    /// <param name="keys">[B, S, heads, d]</param>
    /// <param name="values">[B, S, heads, d]</param>
    /// <param name="grid">To which of the B every row belongs; null: there are as many, in order.</param>
    /// <returns>[n, 1, output]</returns>
    internal Tensor Attend(Tensor x, Tensor keys, Tensor values, RowGrid? grid)
    {
        Tensor query = Query.Forward(x);
        Tensor y = AttentionHeads.Join(
            _heads.Split(grid is null ? query : grid.Spread(query)).Attention(keys, values, new AttentionOptions()));
        return Out.Forward(grid is null ? y : grid.Collect(y));
    }

    /// <summary>Stores the keys and values of new positions without attending from them.</summary>
    /// <param name="x">[B, n, dim]</param>
    /// <param name="cache">Advanced by n positions.</param>
    /// <returns>Keys and values of all positions, [B, length, heads, d].</returns>
    internal (Tensor Keys, Tensor Values) Remember(Tensor x, KeyValueCache cache)
    {
        Tensor packed = _packed.Forward(x, first: 1);
        return cache.Append(packed.Slice(2, 0, _width), packed.Slice(2, _width, _width));
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("query", Query);
        visit.Add("key", Key);
        visit.Add("value", Value);
        visit.Add("out", Out);
    }

    private AttentionOptions CausalOptions => _heads.Options(new AttentionMask(Causal: true), ForwardContext.Inference);

    // Queries, keys and values of new positions side by side, [B, n, 3 width], to [B, n, heads, d].
    private Tensor Read(Tensor packed, LayerState state)
    {
        (Tensor keys, Tensor values) = Append(packed, state);
        return _heads.Split(packed.Slice(2, 0, _width)).Attention(keys, values, CausalOptions);
    }

    // The keys and values of all positions, behind those of new ones.
    private (Tensor Keys, Tensor Values) Append(Tensor packed, LayerState state) =>
        ((KeyValueCache)state).Append(packed.Slice(2, _width, _width), packed.Slice(2, 2 * _width, _width));

    private Tensor Merge(Tensor y, ForwardContext? context = null) =>
        Out.Forward(AttentionHeads.Join(y), context ?? ForwardContext.Inference);
}
