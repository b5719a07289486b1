using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Outputs;

/// <summary>Logits W h + b (Vaswani et al., 2017, section 3.4).</summary>
/// <param name="weight">W, [V, D]: a matrix of its own, or the table of tokens.</param>
/// <param name="isTied">Whether W is the table, which belongs to the embedding.</param>
/// <param name="bias">b, [V]; null for none.</param>
internal sealed class LinearOutput(Parameter weight, bool isTied, Parameter? bias = null) : OutputLayer
{
    /// <summary>W, [V, D].</summary>
    public Parameter Weight => weight;

    /// <summary>Whether W is the table of tokens.</summary>
    public bool IsTied => isTied;

    /// <summary>b, [V]; null for none.</summary>
    public Parameter? Bias => bias;

    /// <inheritdoc/>
    public override string SlotName => "output";

    /// <inheritdoc/>
    public override Tensor Scores(Tensor hidden) => hidden.Linear(weight, bias);

    /// <inheritdoc/>
    public override CrossEntropyResult Loss(
        Tensor hidden, Tensor targets, CrossEntropyOptions? options = null, ForwardContext? context = null) =>
        hidden.ProjectedCrossEntropy(weight, targets, options ?? new CrossEntropyOptions(), bias);

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.AddMatrix("weight", isTied ? null : weight);
        visit.Add("bias", bias);
    }
}
