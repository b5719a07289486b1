using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Outputs;

/// <summary>Logits W h + b (Vaswani et al., 2017, section 3.4).</summary>
/// <param name="weight">W, [V, D]: a matrix of its own, or the table of tokens.</param>
/// <param name="isTied">Whether W is the table, which belongs to the embedding.</param>
/// <param name="bias">b, [V]; null for none.</param>
internal sealed class LinearOutput(Parameter weight, bool isTied, Parameter? bias = null) : OutputLayer
{
    // A table serves lookups too, beside which no adapter can stand.
    private readonly Linear _map = new(weight, bias);

    /// <summary>W, [V, D].</summary>
    public Parameter Weight => _map.Weight;

    /// <summary>Whether W is the table of tokens.</summary>
    public bool IsTied => isTied;

    /// <summary>b, [V]; null for none.</summary>
    public Parameter? Bias => _map.Bias;

    /// <inheritdoc/>
    public override string SlotName => "output";

    /// <inheritdoc/>
    public override Tensor Scores(Tensor hidden) => _map.Forward(hidden);

    /// <inheritdoc/>
    public override CrossEntropyResult Loss(
        Tensor hidden, Tensor targets, CrossEntropyOptions? options = null, ForwardContext? context = null)
    {
        options ??= new CrossEntropyOptions();
        if (_map.Adapter is not { } adapter)
        {
            return hidden.ProjectedCrossEntropy(Weight, targets, options, Bias);
        }

        // h W^T + s (h A^T) B^T is one product: [h, s h A^T] [W, B]^T.
        Tensor low = adapter.Narrow(hidden, context ?? ForwardContext.Inference);
        Tensor joined = TensorOperators.Concat(1, Weight, adapter.Up);
        return TensorOperators.Concat(-1, hidden, low).ProjectedCrossEntropy(joined, targets, options, Bias);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        if (isTied)
        {
            visit.Add("bias", Bias);
        }
        else
        {
            visit.Add("", _map);
        }
    }
}
