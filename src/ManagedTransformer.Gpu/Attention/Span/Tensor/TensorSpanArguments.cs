namespace ManagedTransformer.Gpu;

/// <summary><see cref="SpanArguments"/> for tensor cores.</summary>
internal struct TensorSpanArguments
{
    public SpanArguments Forward;
    public TensorSpanOperands Operands;

    public static TensorSpanArguments Of(SpanArguments forward) => new() { Forward = forward, Operands = TensorSpanOperands.Of(forward) };
}
