namespace ManagedTransformer.Tensors.Kernels;

/// <summary>Element-wise functions, strided copies and fills. Outputs may alias an input exactly (same start, same layout).</summary>
internal interface IElementwiseKernels
{
    /// <summary>y[i] = f(x[i]) for i &lt; count; both contiguous.</summary>
    void Unary(UnaryOp op, DeviceBuffer x, DeviceBuffer y, long count, float a, float b);

    /// <summary>dx[i] = dy[i] f'(x[i]); y = f(x) is at hand for functions whose derivative is cheaper from it. All contiguous.</summary>
    void UnaryGradient(UnaryOp op, DeviceBuffer x, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long count, float a, float b);

    /// <summary>y = f(a, b) over <paramref name="shape"/>; operands strided (0 = broadcast), y contiguous.</summary>
    void Binary(BinaryOp op, in Operand a, in Operand b, DeviceBuffer y, in Shape shape);

    /// <summary>y = a where condition differs from 0, else b; operands strided, y contiguous.</summary>
    void Select(in Operand condition, in Operand a, in Operand b, DeviceBuffer y, in Shape shape);

    /// <summary>Copies 4-byte elements (Float32 or Int32) from one strided place to another; the places do not overlap.</summary>
    void Copy(in Operand source, in Operand destination, in Shape shape);

    /// <summary>See <see cref="GatedProblem"/>: writes Y.</summary>
    void Gate(in GatedProblem problem);

    /// <summary>Writes DGate and DUp.</summary>
    void GateGradient(in GatedProblem problem);

    /// <summary>y[i] = value.</summary>
    void Fill(DeviceBuffer y, long count, float value);

    /// <summary>y[i] += scale x[i]; both contiguous.</summary>
    void AddScaled(DeviceBuffer y, DeviceBuffer x, long count, float scale);

    /// <summary>Rounds Float32 to BFloat16, to nearest even (NaN stays NaN).</summary>
    void ToBFloat16(DeviceBuffer x, DeviceBuffer y, long count);

    /// <summary>Widens BFloat16 to Float32, exactly.</summary>
    void FromBFloat16(DeviceBuffer x, DeviceBuffer y, long count);
}
