using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.ProductKeyMemory;

/// <summary>
/// A memory layer with product keys (Lample, Sablayrolles, Ranzato, Denoyer and Jégou, "Large Memory Layers with Product Keys", 2019):
/// every head compares a query with n^2 keys at the cost of 2 n half keys, and the layer's output is the weighted sum of the values in the
/// best k slots of every head.
/// </summary>
public sealed class ProductKeyMemory : PositionwiseModule
{
    private readonly int _inputDim;

    /// <summary>A memory layer.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="inputDim">Width of the input.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="sharedValues">The values of another memory, [S, v], to read them too; default: values of its own.</param>
    /// <exception cref="InputException">The configuration cannot be used.</exception>
    /// <exception cref="ArgumentException">Shared values of another shape.</exception>
    public ProductKeyMemory(ProductKeyMemoryConfig config, int inputDim, RandomSource random, Parameter? sharedValues = null)
    {
        config.Validate("memory");
        Config = config;
        _inputDim = inputDim;
        Query = new QueryNetwork(config, inputDim, random);

        int half = config.KeyDim / 2;
        Shape keys = !config.FlatKeys ? new Shape(config.Heads, 2, config.NKeys, half)
            : config.SharedKeys ? new Shape(config.NKeys, config.KeyDim) : new Shape(config.Heads, config.NKeys, config.KeyDim);
        Keys = Initialization.Uniform(keys, 1 / MathF.Sqrt(keys[-1]), random);

        Shape values = new((int)config.Slots, config.ValueWidth(inputDim));
        if (sharedValues is not null && sharedValues.Shape != values)
        {
            throw new ArgumentException($"This memory needs values of the shape {values}, the shared ones have {sharedValues.Shape}.",
                nameof(sharedValues));
        }

        Values = sharedValues ?? Initialization.Normal(values, 1 / MathF.Sqrt(values[1]), random);
    }

    /// <summary>Sizes.</summary>
    public ProductKeyMemoryConfig Config { get; }

    /// <summary>Makes queries of inputs.</summary>
    internal QueryNetwork Query { get; }

    /// <summary>Half keys [H, 2, n, dq / 2]; flat keys [H, S, dq], or [S, dq] if all heads share them.</summary>
    public Parameter Keys { get; }

    /// <summary>Values, [S, v].</summary>
    public Parameter Values { get; }

    /// <inheritdoc/>
    public override string SlotName => "memory";

    /// <inheritdoc/>
    public override bool HasResidualDropout => false;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, ForwardContext context) => Read(x, context).Output;

    /// <summary>The layer's output with the slots that were read and their weights.</summary>
    /// <param name="x">[..., inputDim]; its N rows are independent of each other but for the batch norm in training.</param>
    /// <param name="context">Dropout, statistics of the batch norm, and who observes.</param>
    /// <param name="mask">The shape of x without its last axis: 1 where a row counts for the batch norm's statistics,
    /// 0 for padding; default: all count.</param>
    internal MemoryRead Read(Tensor x, ForwardContext context, Tensor? mask = null)
    {
        int rows = checked((int)(x.Count / _inputDim));
        Tensor flat = context.Dropout(x.Reshape(new Shape(rows, _inputDim)), Config.InputDropout);

        // q(x): the query network.
        Tensor query = context.Dropout(Query.Forward(flat, context, mask?.Reshape(new Shape(rows))), Config.QueryDropout);

        // I = the slots of the k best keys by q(x)^T k_i (eq. 1), from the best halves by q1(x)^T c_i and q2(x)^T c'_j (section 3.2).
        (Tensor scores, Tensor slots) = Config.FlatKeys ? query.FlatKeyTopK(Keys, Config.TopK) : query.ProductKeyTopK(Keys, Config.TopK);

        // w = softmax of the k scores (eq. 2).
        Tensor weights = scores.Softmax();
        // m(x) = sum of w_i v_i over I (eq. 3), summed over heads: one bag of H k slots per row.
        Shape bag = new(rows, Config.Heads * Config.TopK);
        Tensor y = context.Dropout(Values.EmbeddingBag(slots.Reshape(bag), weights.Reshape(bag), Config.SparseValues), Config.ValueDropout);
        MemoryRead read = new(y.Reshape(x.Shape.With(-1, Values.Shape[1])), slots, weights);
        context.Observer?.Observe(this, read);
        return read;
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("", Query);
        visit.Add("keys.weight", Keys);
        visit.Add("values.weight", Values);
    }
}
