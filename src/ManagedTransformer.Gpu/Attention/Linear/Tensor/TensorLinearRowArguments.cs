namespace ManagedTransformer.Gpu;

/// <summary>
/// <see cref="LinearRowArguments"/> for tensor cores: where the operands lie, for copies by address. Owned rows are those of the result's
/// side, later or earlier ones, and always the carried ones as well; streamed rows are those of the other side. States are a tensor of rows
/// by pair, feature and chunk.
/// </summary>
internal struct TensorLinearRowArguments
{
    public LinearRowArguments Linear;
    public TensorOperand Owned, Streamed, Rows, States;

    public static TensorLinearRowArguments Of(LinearRowArguments linear) => new()
    {
        Linear = linear,
        Owned = TensorOperand.Of(linear.IsLater != 0 ? linear.Later : linear.Earlier),
        Streamed = TensorOperand.Of(linear.IsLater != 0 ? linear.Earlier : linear.Later),
        Rows = TensorOperand.Of(linear.Rows),
        States = TensorOperand.Of(new HeadOperand
        {
            Data = linear.States,
            Batch = LinearStateArguments.Start(linear.Forward, 1, 0),
            Time = linear.Forward.ValueWidth,
            Head = LinearArguments.StateSize(linear.Forward),
        }),
    };
}
