using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Attention;

/// <summary>
/// Multi-head attention (Vaswani et al., 2017, section 3.2): q = x Wq^T + bq, k and v likewise from the memory; head h owns the columns h d
/// .. (h+1) d - 1 with d = dim / heads; y = concat over heads of softmax(q k^T / sqrt d) v, through the out map. Self-attention keeps
/// query, key and value weights packed in one matrix and computes them in one product; cross-attention packs key and value.
/// </summary>
public sealed class MultiHeadAttention : SelfAttention, ICrossAttention
{
    private readonly int _heads;
    private readonly float _dropout;
    private readonly bool _cross;
    private readonly Parameter _packedWeight;
    private readonly Parameter? _packedBias;

    /// <summary>An attention layer.</summary>
    /// <param name="dim">Width of queries' source and output.</param>
    /// <param name="heads">Number of heads; divides the attention's width.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="memoryDim">Width of the memory for cross-attention; null for self-attention.</param>
    /// <param name="bias">Whether the four maps have biases.</param>
    /// <param name="dropout">Dropout on the attention weights.</param>
    /// <param name="width">Width of queries, keys and values; null: dim.</param>
    /// <param name="outputDim">Width of the output; null: dim.</param>
    /// <exception cref="ArgumentException">The heads do not divide the width.</exception>
    public MultiHeadAttention(
        int dim, int heads, RandomSource random, int? memoryDim = null, bool bias = true, float dropout = 0, int? width = null,
        int? outputDim = null)
    {
        int inner = width ?? dim;
        if (heads <= 0 || inner % heads != 0)
        {
            throw new ArgumentException($"The number of heads ({heads}) does not divide the width ({inner}).");
        }

        _heads = heads;
        _dropout = dropout;
        _cross = memoryDim is not null;
        int memory = memoryDim ?? dim;
        int parts = _cross ? 2 : 3;

        // Xavier uniform for maps of the same input as if they were one matrix. Of equal widths all three count as one also where the query
        // has another source; a memory of another width gets the bound of a single map.
        bool isSquare = memory == dim && inner == dim;
        int together = isSquare ? 3 : inner == dim ? 1 : parts;
        _packedWeight = Initialization.Uniform(new Shape(parts * inner, memory), MathF.Sqrt(6f / (memory + (together * inner))), random);
        _packedBias = bias ? Initialization.Zeros(new Shape(parts * inner)) : null;
        Query = _cross
            ? new Linear(Initialization.XavierUniform(inner, dim, random, isSquare ? 1 / MathF.Sqrt(2) : 1),
                bias ? Initialization.Zeros(new Shape(inner)) : null)
            : Range(0, inner);
        Key = Range(parts - 2, inner);
        Value = Range(parts - 1, inner);
        Out = new Linear(inner, outputDim ?? dim, random, bias);
    }

    /// <inheritdoc/>
    public override Linear Query { get; }

    /// <inheritdoc/>
    public override Linear Key { get; }

    /// <inheritdoc/>
    public override Linear Value { get; }

    /// <inheritdoc/>
    public override Linear Out { get; }

    /// <summary>Self-attention.</summary>
    /// <param name="x">[B, T, dim]</param>
    /// <param name="mask">Which keys are seen.</param>
    /// <param name="context">Dropout.</param>
    public Tensor Forward(Tensor x, AttentionMask mask, ForwardContext context)
    {
        if (_cross)
        {
            return Forward(x, x, mask, context);
        }

        int dim = Out.Weight.Shape[1];
        Tensor packed = x.Linear(_packedWeight, _packedBias).Reshape(new Shape(x.Shape[0], x.Shape[1], 3, _heads, dim / _heads));
        return Merge(packed.SelfAttention(Options(mask, context)));
    }

    /// <summary>Attention to a memory.</summary>
    /// <param name="x">Queries' source, [B, T, dim]</param>
    /// <param name="memory">Keys' and values' source, [B, S, memoryDim]</param>
    /// <param name="mask">Which keys are seen.</param>
    /// <param name="context">Dropout.</param>
    public Tensor Forward(Tensor x, Tensor memory, AttentionMask mask, ForwardContext context) =>
        Attend(x, Heads(Key.Forward(memory)), Heads(Value.Forward(memory)), mask, context);

    Tensor ICrossAttention.Attend(Tensor x, Tensor memory, AttentionMask mask, ForwardContext context) => Forward(x, memory, mask, context);

    // Keys and values, [B, S, heads, d] each.
    (Tensor First, Tensor Second) ICrossAttention.Summarize(Tensor memory, Tensor? padding) =>
        (Heads(Key.Forward(memory)), Heads(Value.Forward(memory)));

    Tensor ICrossAttention.Read(Tensor x, (Tensor First, Tensor Second) summary, Tensor? padding, RowGrid grid) =>
        Attend(x, summary.First, summary.Second, padding, grid);

    /// <summary>Attention to projected keys and values.</summary>
    /// <param name="x">Queries' source, [B, T, dim]</param>
    /// <param name="keys">[B, S, heads, d]</param>
    /// <param name="values">[B, S, heads, d]</param>
    /// <param name="mask">Which keys are seen.</param>
    /// <param name="context">Dropout.</param>
    internal Tensor Attend(Tensor x, Tensor keys, Tensor values, AttentionMask mask, ForwardContext context) =>
        Merge(Heads(Query.Forward(x)).Attention(keys, values, Options(mask, context)));

    /// <summary>Attention of scattered rows, one position each, to projected keys and values of whole batches of rows.</summary>
    /// <param name="x">[n, 1, dim]</param>
    /// <param name="keys">[B, S, heads, d]</param>
    /// <param name="values">[B, S, heads, d]</param>
    /// <param name="padding">Float32 [B, S], 1 at keys that are not seen; or null.</param>
    /// <param name="grid">To which of the B every row belongs.</param>
    /// <returns>[n, 1, dim]</returns>
    internal Tensor Attend(Tensor x, Tensor keys, Tensor values, Tensor? padding, RowGrid grid)
    {
        Tensor y = Heads(grid.Spread(Query.Forward(x))).Attention(keys, values, new AttentionOptions { KeyPadding = padding });
        return Out.Forward(grid.Collect(y.Reshape(new Shape(y.Shape[0], y.Shape[1], Out.Weight.Shape[1]))));
    }

    /// <summary>The same attention in separate steps that also return the weights, for inspection; it keeps [T, S] matrices.</summary>
    /// <param name="x">Queries' source, [B, T, dim]</param>
    /// <param name="memory">Keys' and values' source; null for x itself.</param>
    /// <param name="mask">Which keys are seen.</param>
    /// <returns>The output [B, T, dim] and the weights [B, heads, T, S].</returns>
    public (Tensor Output, Tensor Weights) ForwardWithWeights(Tensor x, Tensor? memory, AttentionMask mask)
    {
        memory ??= x;
        Tensor query = Heads(Query.Forward(x)).Transpose(1, 2), key = Heads(Key.Forward(memory)).Transpose(1, 2);
        Tensor value = Heads(Value.Forward(memory)).Transpose(1, 2);
        Tensor scores = query.MatMul(key.Transpose()) * (1 / MathF.Sqrt(query.Shape[-1]));
        Tensor weights = (scores + Hidden(mask, scores.Shape)).Softmax();
        return (Merge(weights.MatMul(value).Transpose(1, 2)), weights);
    }

    /// <inheritdoc/>
    public override AttentionOutput Attend(Tensor x, AttentionMask mask, Tensor? past, ForwardContext context) =>
        new(Forward(x, mask, context));

    /// <inheritdoc/>
    public override LayerState CreateState(int batch) => new KeyValueCache(batch, _heads, Out.Weight.Shape[1] / _heads);

    /// <summary>Causal attention of new positions to all so far.</summary>
    /// <param name="x">[B, n, dim]</param>
    /// <param name="state">A <see cref="KeyValueCache"/>.</param>
    public override Tensor Step(Tensor x, LayerState state)
    {
        Tensor packed = x.Linear(_packedWeight, _packedBias);
        int dim = Out.Weight.Shape[1];
        (Tensor keys, Tensor values) = ((KeyValueCache)state).Append(packed.Slice(2, dim, dim), packed.Slice(2, 2 * dim, dim));
        return Merge(Heads(packed.Slice(2, 0, dim)).Attention(keys, values,
            Options(new AttentionMask(Causal: true), ForwardContext.Inference)));
    }

    /// <summary>Stores the keys and values of new positions without attending from them.</summary>
    /// <param name="x">[B, n, dim]</param>
    /// <param name="cache">Advanced by n positions.</param>
    /// <returns>Keys and values of all positions, [B, length, heads, d].</returns>
    internal (Tensor Keys, Tensor Values) Remember(Tensor x, KeyValueCache cache)
    {
        int dim = Out.Weight.Shape[1];
        Tensor packed = x.Linear(_packedWeight.Detach().Slice(0, dim, 2 * dim), _packedBias?.Detach().Slice(0, dim, 2 * dim));
        return cache.Append(packed.Slice(2, 0, dim), packed.Slice(2, dim, dim));
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("query", Query);
        visit.Add("key", Key);
        visit.Add("value", Value);
        visit.Add("out", Out);
    }

    private Linear Range(int part, int dim) => new(_packedWeight.Rows(part * dim, dim), _packedBias?.Rows(part * dim, dim));

    private AttentionOptions Options(AttentionMask mask, ForwardContext context) => new()
    {
        Causal = mask.Causal,
        Window = mask.Window,
        KeyPadding = mask.KeyPadding,
        Dropout = context.IsTraining ? _dropout : 0,
        DropoutKey = context.IsTraining && _dropout > 0 ? context.Random!.NextKey() : default,
    };

    private Tensor Heads(Tensor x) => x.Reshape(new Shape(x.Shape[0], x.Shape[1], _heads, x.Shape[2] / _heads));

    private Tensor Merge(Tensor y) => Out.Forward(y.Reshape(new Shape(y.Shape[0], y.Shape[1], y.Shape[2] * y.Shape[3])));

    private static Tensor Hidden(AttentionMask mask, Shape scores)
    {
        int queries = scores[2], keys = scores[3];
        float[] hidden = new float[queries * keys];
        for (int t = 0; t < queries; t++)
        {
            int place = t + keys - queries;
            for (int u = 0; u < keys; u++)
            {
                bool seen = !(mask.Causal && u > place) && !(mask.Window > 0 && u <= place - mask.Window);
                hidden[(t * keys) + u] = seen ? 0 : float.NegativeInfinity;
            }
        }

        Tensor hiding = Tensor.From(hidden, new Shape(queries, keys));
        if (mask.KeyPadding is not { } padding)
        {
            return hiding;
        }

        Tensor perKey = padding.Reshape(new Shape(padding.Shape[0], 1, 1, keys));
        return hiding + perKey.Select(Tensor.Scalar(float.NegativeInfinity), Tensor.Scalar(0));
    }
}
