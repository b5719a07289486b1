namespace ManagedTransformer.Tensors.Tests;

/// <summary>
/// An operator with its operands; the tests compare it with the reference device and differentiate it numerically, on every layout.
/// </summary>
/// <param name="Name">Unique among the cases.</param>
/// <param name="Function">The operator; operators with several results join them.</param>
/// <param name="Operands">Its Float32 operands.</param>
public sealed record OperatorCase(string Name, Func<Tensor[], Tensor> Function, params OperatorOperand[] Operands)
{
    /// <summary>False for operators without a gradient: only their values are tested.</summary>
    public bool HasGradient { get; init; } = true;

    /// <summary>Step of the numerical differentiation.</summary>
    public float Step { get; init; } = 0.02f;

    /// <summary>The layouts that at least one operand allows.</summary>
    public IEnumerable<OperandLayout> Layouts =>
        Enum.GetValues<OperandLayout>().Where(layout => Operands.Any(operand => operand.Allows(layout)));

    /// <summary>Leaves of all operands.</summary>
    public Tensor[] Leaves(OperandLayout layout, Device device) =>
        [.. Operands.Select((operand, index) => operand.Leaf(layout, index + 1, device))];

    /// <summary>The operator applied to views of leaves.</summary>
    public Tensor Apply(Tensor[] leaves, OperandLayout layout) =>
        Function([.. leaves.Select((leaf, index) => Operands[index].View(leaf, layout))]);

    public override string ToString() => Name;
}
