namespace ManagedTransformer.Gpu;

/// <summary><see cref="AttentionArguments"/> for tensor cores: where the operands lie, for copies by address.</summary>
internal struct TensorAttentionArguments
{
    public AttentionArguments Forward;
    public TensorOperand Q, K, V;

    public static TensorAttentionArguments Of(AttentionArguments forward) => new()
    {
        Forward = forward,
        Q = TensorOperand.Of(forward.Q),
        K = TensorOperand.Of(forward.K),
        V = TensorOperand.Of(forward.V),
    };
}
