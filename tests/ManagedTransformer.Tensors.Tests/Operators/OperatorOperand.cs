namespace ManagedTransformer.Tensors.Tests;

/// <summary>An operand of an operator test: a shape and pseudo-random values.</summary>
/// <param name="Shape">The shape that the operator sees.</param>
/// <param name="Values">Makes so many values from a source of random numbers.</param>
public sealed record OperatorOperand(Shape Shape, Func<int, Random, float[]> Values)
{
    /// <summary>True if the operand can be a view of that layout.</summary>
    public bool Allows(OperandLayout layout) => layout switch
    {
        OperandLayout.Plain => true,
        OperandLayout.Transposed => Shape.Rank >= 2,
        OperandLayout.Expanded => Shape.Rank >= 1 && Shape[0] > 1,
        _ => Shape.Rank >= 1,
    };

    /// <summary>A contiguous leaf whose view (<see cref="View"/>) is the operand.</summary>
    public Tensor Leaf(OperandLayout layout, int seed, Device device)
    {
        Shape shape = !Allows(layout) ? Shape : layout switch
        {
            OperandLayout.Transposed => Shape.With(-1, Shape[-2]).With(-2, Shape[-1]),
            OperandLayout.SlicedColumns => Shape.With(-1, Shape[-1] + 3),
            OperandLayout.SlicedRows => Shape.With(0, Shape[0] + 2),
            OperandLayout.Expanded => Shape.With(0, 1),
            _ => Shape,
        };
        return Tensor.From(Values((int)shape.Count, new Random(seed)), shape, device);
    }

    /// <summary>The operand, as a view of its leaf.</summary>
    public Tensor View(Tensor leaf, OperandLayout layout) => !Allows(layout) ? leaf : layout switch
    {
        OperandLayout.Transposed => leaf.Transpose(),
        OperandLayout.SlicedColumns => leaf.Slice(-1, 1, Shape[-1]),
        OperandLayout.SlicedRows => leaf.Slice(0, 1, Shape[0]),
        OperandLayout.Expanded => leaf.Expand(Shape),
        _ => leaf,
    };
}
