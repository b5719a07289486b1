namespace ManagedTransformer.Gpu;

/// <summary><see cref="LinearStateArguments"/> for tensor cores: where the operands lie, for copies by address.</summary>
internal struct TensorLinearStateArguments
{
    public LinearStateArguments Linear;
    public TensorOperand Left, Right;

    public static TensorLinearStateArguments Of(LinearStateArguments linear) => new()
    {
        Linear = linear,
        Left = TensorOperand.Of(linear.Left),
        Right = TensorOperand.Of(linear.Right),
    };
}
