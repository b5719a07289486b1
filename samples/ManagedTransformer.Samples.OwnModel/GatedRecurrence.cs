using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Samples.OwnModel;

/// <summary>
/// A layer of one's own in the attention slot of the library's language model: fo-pooling of a quasi-recurrent network (Bradbury et al.,
/// 2016, equation 4). c[t] = f[t] c[t-1] + (1 - f[t]) z[t] and y[t] = W (o[t] c[t]), with f = sigmoid(F x), z = tanh(Z x) and
/// o = sigmoid(O x). The maps of attention take the parts of F (key), Z (value), O (query) and W (out).
/// </summary>
/// <param name="dim">Width.</param>
/// <param name="random">Source of the initial values.</param>
public sealed class GatedRecurrence(int dim, RandomSource random) : SelfAttention
{
    /// <inheritdoc/>
    public override Linear Query { get; } = new(dim, dim, random);

    /// <inheritdoc/>
    public override Linear Key { get; } = new(dim, dim, random);

    /// <inheritdoc/>
    public override Linear Value { get; } = new(dim, dim, random);

    /// <inheritdoc/>
    public override Linear Out { get; } = new(dim, dim, random);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Not causal, or with a window or padding.</exception>
    public override Tensor Attend(Tensor x, AttentionMask mask, LayerHistory? history, ForwardContext context)
    {
        if (!mask.Causal || mask.Window > 0 || mask.KeyPadding is not null)
        {
            throw new ArgumentException("A recurrence is causal, without windows and padding.");
        }

        Tensor start = Tensor.Zeros(new Shape(x.Shape[0], dim), x.Device);
        return Emit(x, Remember(x, start, context), context);
    }

    /// <inheritdoc/>
    public override LayerState CreateState(int batch) => new RecurrentState(new Shape(batch, dim));

    /// <inheritdoc/>
    public override Tensor Step(Tensor x, LayerState state)
    {
        Tensor memory = ((RecurrentState)state).Memory;
        Tensor all = Remember(x, memory, ForwardContext.Inference);
        memory.Assign(all.Slice(1, x.Shape[1] - 1, 1).Reshape(memory.Shape));
        return Emit(x, all, ForwardContext.Inference);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("query", Query);
        visit.Add("key", Key);
        visit.Add("value", Value);
        visit.Add("out", Out);
    }

    private Tensor Remember(Tensor x, Tensor start, ForwardContext context)
    {
        Tensor forget = Key.Forward(x, context).Sigmoid();
        return ScanOperator.Scan(forget, forget.Affine(-1, 1) * Value.Forward(x, context).Tanh(), start);
    }

    private Tensor Emit(Tensor x, Tensor memory, ForwardContext context) =>
        Out.Forward(Query.Forward(x, context).Sigmoid() * memory, context);
}
