namespace ManagedTransformer.Gpu;

/// <summary><see cref="AttentionGradientArguments"/> for tensor cores: where the operands lie, for copies by address.</summary>
internal struct TensorGradientArguments
{
    public AttentionGradientArguments Gradient;
    public TensorOperand Q, K, V, DY;

    public static TensorGradientArguments Of(AttentionGradientArguments gradient) => new()
    {
        Gradient = gradient,
        Q = TensorOperand.Of(gradient.Forward.Q),
        K = TensorOperand.Of(gradient.Forward.K),
        V = TensorOperand.Of(gradient.Forward.V),
        DY = TensorOperand.Of(gradient.DY),
    };
}
