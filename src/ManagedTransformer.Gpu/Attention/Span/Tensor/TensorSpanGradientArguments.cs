namespace ManagedTransformer.Gpu;

/// <summary><see cref="SpanGradientArguments"/> for tensor cores.</summary>
internal struct TensorSpanGradientArguments
{
    public SpanGradientArguments Gradient;
    public TensorSpanOperands Operands;
    public TensorOperand DY;

    public static TensorSpanGradientArguments Of(SpanGradientArguments gradient) => new()
    {
        Gradient = gradient,
        Operands = TensorSpanOperands.Of(gradient.Forward),
        DY = TensorOperand.Of(gradient.DY),
    };
}
