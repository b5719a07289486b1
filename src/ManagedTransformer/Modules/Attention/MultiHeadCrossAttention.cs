using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Attention;

/// <summary>
/// Multi-head attention to a memory (Vaswani et al., 2017, section 3.2): queries from the decoder's states, keys and values from the
/// memory, y = concat over heads of softmax(q k^T / sqrt d) v, through the out map. Key and value weights are packed in one matrix.
/// </summary>
internal sealed class MultiHeadCrossAttention : CrossAttention
{
    private readonly AttentionHeads _heads;

    /// <summary>An attention layer.</summary>
    /// <param name="dim">Width of queries' source and output.</param>
    /// <param name="heads">Number of heads; divides the attention's width.</param>
    /// <param name="memoryDim">Width of the memory.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="bias">Whether the four maps have biases.</param>
    /// <param name="dropout">Dropout on the attention weights.</param>
    /// <param name="width">Width of queries, keys and values; null: dim.</param>
    /// <exception cref="ArgumentException">The heads do not divide the width.</exception>
    public MultiHeadCrossAttention(int dim, int heads, int memoryDim, RandomSource random, bool bias = true, float dropout = 0,
        int? width = null)
    {
        int inner = width ?? dim;
        AttentionHeads.Require(heads, inner);
        _heads = new AttentionHeads(heads, dropout);

        // Xavier uniform. Of equal widths the three maps count as one matrix also here, where the query has another source;
        // a memory of another width gets the bound of a single map.
        bool isSquare = memoryDim == dim && inner == dim;
        int together = isSquare ? 3 : inner == dim ? 1 : 2;
        Parameter packed = Initialization.Uniform(
            new Shape(2 * inner, memoryDim), MathF.Sqrt(6f / (memoryDim + (together * inner))), random);
        Parameter? packedBias = bias ? Initialization.Zeros(new Shape(2 * inner)) : null;
        Query = new Linear(
            Initialization.XavierUniform(inner, dim, random, isSquare ? 1 / MathF.Sqrt(2) : 1),
            bias ? Initialization.Zeros(new Shape(inner)) : null);
        Key = new Linear(packed.Rows(0, inner), packedBias?.Rows(0, inner));
        Value = new Linear(packed.Rows(inner, inner), packedBias?.Rows(inner, inner));
        Out = new Linear(inner, dim, random, bias);
    }

    /// <inheritdoc/>
    public override Linear Query { get; }

    /// <inheritdoc/>
    public override Linear Key { get; }

    /// <inheritdoc/>
    public override Linear Value { get; }

    /// <inheritdoc/>
    public override Linear Out { get; }

    /// <inheritdoc/>
    public override Tensor Attend(Tensor x, Tensor memory, AttentionMask mask, ForwardContext context)
    {
        Tensor key = _heads.Split(Key.Forward(memory, context)), value = _heads.Split(Value.Forward(memory, context));
        Tensor y = _heads.Split(Query.Forward(x, context)).Attention(key, value, _heads.Options(mask, context));
        return Out.Forward(AttentionHeads.Join(y), context);
    }

    /// <inheritdoc/>
    /// <returns>Keys and values, [B, S, heads, d] each.</returns>
    public override (Tensor First, Tensor Second) Summarize(Tensor memory, Tensor? padding) =>
        (_heads.Split(Key.Forward(memory)), _heads.Split(Value.Forward(memory)));

    /// <inheritdoc/>
    public override Tensor Read(Tensor x, (Tensor First, Tensor Second) summary, Tensor? padding, RowGrid grid)
    {
        AttentionOptions options = new() { KeyPadding = padding };
        Tensor y = _heads.Split(grid.Spread(Query.Forward(x))).Attention(summary.First, summary.Second, options);
        return Out.Forward(grid.Collect(AttentionHeads.Join(y)));
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("query", Query);
        visit.Add("key", Key);
        visit.Add("value", Value);
        visit.Add("out", Out);
    }
}
