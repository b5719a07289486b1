namespace ManagedTransformer.Gpu;

/// <summary>What tensor cores need beside <see cref="SpanArguments"/>: where the operands lie, for copies by address.</summary>
internal struct TensorSpanOperands
{
    public TensorOperand Q, K, V, Positions, PersistentKeys, PersistentValues;

    /// <summary>The soft mask's growth from slot to slot, 1 / Ramp; where there is none, the mask is infinite anyway.</summary>
    public float Slope;

    public static TensorSpanOperands Of(SpanArguments arguments) => new()
    {
        Q = TensorOperand.Of(arguments.Q),
        K = TensorOperand.Of(arguments.K),
        V = TensorOperand.Of(arguments.V),
        Positions = TensorOperand.Of(new HeadOperand { Data = arguments.Positions, Time = arguments.Width }),
        PersistentKeys = Persistent(arguments, arguments.PersistentKeys),
        PersistentValues = Persistent(arguments, arguments.PersistentValues),
        Slope = arguments.HasSpans != 0 ? 1f / arguments.Ramp : 1,
    };

    private static TensorOperand Persistent(SpanArguments arguments, ILGPU.ArrayView<float> data) => arguments.Persistent == 0
        ? default
        : TensorOperand.Of(
            new HeadOperand { Data = data, Time = arguments.Width, Head = (long)arguments.Persistent * arguments.Width });
}
