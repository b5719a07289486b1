using ManagedTransformer.Tensors.Cpu.Elementwise;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Element-wise functions, strided copies and fills with the vectors of one width.</summary>
internal sealed unsafe class CpuElementwiseKernels<TOps, TVector> : IElementwiseKernels
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public void Unary(UnaryOp op, DeviceBuffer x, DeviceBuffer y, long count, float a, float b)
    {
        switch (op)
        {
            case UnaryOp.Affine: Map(new UnaryFunctions<TOps, TVector>.Affine(a, b), x, y, count); break;
            case UnaryOp.Abs: SpanLoop.Map(&TensorPrimitives.Abs, x.Floats(), y.Floats(), count); break;
            case UnaryOp.Exp: Map(default(UnaryFunctions<TOps, TVector>.Exp), x, y, count); break;
            case UnaryOp.Log: Map(default(UnaryFunctions<TOps, TVector>.Log), x, y, count); break;
            case UnaryOp.Sqrt: SpanLoop.Map(&TensorPrimitives.Sqrt, x.Floats(), y.Floats(), count); break;
            case UnaryOp.Sin: Map(default(UnaryFunctions<TOps, TVector>.Sin), x, y, count); break;
            case UnaryOp.Cos: Map(default(UnaryFunctions<TOps, TVector>.Cos), x, y, count); break;
            case UnaryOp.Power when a == 0: Map(new UnaryFunctions<TOps, TVector>.Constant(1f), x, y, count); break;
            case UnaryOp.Power when a == 1: Map(new UnaryFunctions<TOps, TVector>.Affine(1f, 0f), x, y, count); break;
            case UnaryOp.Power when a == 2: Map(default(UnaryFunctions<TOps, TVector>.Square), x, y, count); break;
            case UnaryOp.Power when a == -1: Map(default(UnaryFunctions<TOps, TVector>.Reciprocal), x, y, count); break;
            case UnaryOp.Power: Map(new UnaryFunctions<TOps, TVector>.Power(a), x, y, count); break;
            case UnaryOp.Clamp: SpanLoop.Clamp(x.Floats(), a, b, y.Floats(), count); break;
            case UnaryOp.Tanh: Map(default(UnaryFunctions<TOps, TVector>.Tanh), x, y, count); break;
            case UnaryOp.Sigmoid: Map(default(UnaryFunctions<TOps, TVector>.Sigmoid), x, y, count); break;
            case UnaryOp.Softplus: Map(default(UnaryFunctions<TOps, TVector>.Softplus), x, y, count); break;
            case UnaryOp.Relu: Map(default(UnaryFunctions<TOps, TVector>.Relu), x, y, count); break;
            case UnaryOp.Gelu: Map(default(UnaryFunctions<TOps, TVector>.Gelu), x, y, count); break;
            case UnaryOp.GeluTanh: Map(default(UnaryFunctions<TOps, TVector>.GeluTanh), x, y, count); break;
            case UnaryOp.Silu: Map(default(UnaryFunctions<TOps, TVector>.Silu), x, y, count); break;
            case UnaryOp.Erf: Map(default(UnaryFunctions<TOps, TVector>.Erf), x, y, count); break;
            default: throw new NotSupportedException($"The CPU has no kernel for the function {op}.");
        }
    }

    public void UnaryGradient(UnaryOp op, DeviceBuffer x, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long count, float a, float b)
    {
        switch (op)
        {
            case UnaryOp.Affine: MapGradient(new UnaryFunctions<TOps, TVector>.Affine(a, b), x, y, dy, dx, count); break;
            case UnaryOp.Abs: MapGradient(default(UnaryFunctions<TOps, TVector>.Abs), x, y, dy, dx, count); break;
            case UnaryOp.Exp: MapGradient(default(UnaryFunctions<TOps, TVector>.Exp), x, y, dy, dx, count); break;
            case UnaryOp.Log: MapGradient(default(UnaryFunctions<TOps, TVector>.Log), x, y, dy, dx, count); break;
            case UnaryOp.Sqrt: MapGradient(default(UnaryFunctions<TOps, TVector>.Sqrt), x, y, dy, dx, count); break;
            case UnaryOp.Sin: MapGradient(default(UnaryFunctions<TOps, TVector>.Sin), x, y, dy, dx, count); break;
            case UnaryOp.Cos: MapGradient(default(UnaryFunctions<TOps, TVector>.Cos), x, y, dy, dx, count); break;
            case UnaryOp.Power when a == 0: MapGradient(new UnaryFunctions<TOps, TVector>.Constant(1f), x, y, dy, dx, count); break;
            case UnaryOp.Power when a == 1: MapGradient(new UnaryFunctions<TOps, TVector>.Affine(1f, 0f), x, y, dy, dx, count); break;
            case UnaryOp.Power when a == 2: MapGradient(default(UnaryFunctions<TOps, TVector>.Square), x, y, dy, dx, count); break;
            case UnaryOp.Power when a == -1: MapGradient(default(UnaryFunctions<TOps, TVector>.Reciprocal), x, y, dy, dx, count); break;
            case UnaryOp.Power: MapGradient(new UnaryFunctions<TOps, TVector>.Power(a), x, y, dy, dx, count); break;
            case UnaryOp.Clamp: MapGradient(new UnaryFunctions<TOps, TVector>.Clamp(a, b), x, y, dy, dx, count); break;
            case UnaryOp.Tanh: MapGradient(default(UnaryFunctions<TOps, TVector>.Tanh), x, y, dy, dx, count); break;
            case UnaryOp.Sigmoid: MapGradient(default(UnaryFunctions<TOps, TVector>.Sigmoid), x, y, dy, dx, count); break;
            case UnaryOp.Softplus: MapGradient(default(UnaryFunctions<TOps, TVector>.Softplus), x, y, dy, dx, count); break;
            case UnaryOp.Relu: MapGradient(default(UnaryFunctions<TOps, TVector>.Relu), x, y, dy, dx, count); break;
            case UnaryOp.Gelu: MapGradient(default(UnaryFunctions<TOps, TVector>.Gelu), x, y, dy, dx, count); break;
            case UnaryOp.GeluTanh: MapGradient(default(UnaryFunctions<TOps, TVector>.GeluTanh), x, y, dy, dx, count); break;
            case UnaryOp.Silu: MapGradient(default(UnaryFunctions<TOps, TVector>.Silu), x, y, dy, dx, count); break;
            case UnaryOp.Erf: MapGradient(default(UnaryFunctions<TOps, TVector>.Erf), x, y, dy, dx, count); break;
            default: throw new NotSupportedException($"The CPU has no kernel for the function {op}.");
        }
    }

    public void Binary(BinaryOp op, in Operand a, in Operand b, DeviceBuffer y, in Shape shape)
    {
        var space = new IterationSpace(shape, a.Strides, b.Strides, b.Strides);
        switch (op)
        {
            case BinaryOp.Add: Map<BinaryFunctions<TOps, TVector>.Add>(a, b, y, space); break;
            case BinaryOp.Subtract: Map<BinaryFunctions<TOps, TVector>.Subtract>(a, b, y, space); break;
            case BinaryOp.Multiply: Map<BinaryFunctions<TOps, TVector>.Multiply>(a, b, y, space); break;
            case BinaryOp.Divide: Map<BinaryFunctions<TOps, TVector>.Divide>(a, b, y, space); break;
            case BinaryOp.Power: Map<BinaryFunctions<TOps, TVector>.Power>(a, b, y, space); break;
            case BinaryOp.Maximum: Map<BinaryFunctions<TOps, TVector>.Maximum>(a, b, y, space); break;
            case BinaryOp.Minimum: Map<BinaryFunctions<TOps, TVector>.Minimum>(a, b, y, space); break;
            case BinaryOp.Equal: Map<BinaryFunctions<TOps, TVector>.Equal>(a, b, y, space); break;
            case BinaryOp.NotEqual: Map<BinaryFunctions<TOps, TVector>.NotEqual>(a, b, y, space); break;
            case BinaryOp.Less: Map<BinaryFunctions<TOps, TVector>.Less>(a, b, y, space); break;
            case BinaryOp.LessOrEqual: Map<BinaryFunctions<TOps, TVector>.LessOrEqual>(a, b, y, space); break;
            case BinaryOp.Greater: Map<BinaryFunctions<TOps, TVector>.Greater>(a, b, y, space); break;
            case BinaryOp.GreaterOrEqual: Map<BinaryFunctions<TOps, TVector>.GreaterOrEqual>(a, b, y, space); break;
            default: throw new NotSupportedException($"The CPU has no kernel for the function {op}.");
        }
    }

    public void Select(in Operand condition, in Operand a, in Operand b, DeviceBuffer y, in Shape shape) =>
        SelectLoop<TOps, TVector>.Run(condition.Buffer.Floats(), a.Buffer.Floats(), b.Buffer.Floats(), y.Floats(),
            new IterationSpace(shape, condition.Strides, a.Strides, b.Strides));

    public void Gate(in GatedProblem problem)
    {
        switch (problem.Activation)
        {
            case Activation.None: GateForward(new UnaryFunctions<TOps, TVector>.Affine(1, 0), problem); break;
            case Activation.Relu: GateForward(default(UnaryFunctions<TOps, TVector>.Relu), problem); break;
            case Activation.Gelu: GateForward(default(UnaryFunctions<TOps, TVector>.Gelu), problem); break;
            case Activation.GeluTanh: GateForward(default(UnaryFunctions<TOps, TVector>.GeluTanh), problem); break;
            case Activation.Silu: GateForward(default(UnaryFunctions<TOps, TVector>.Silu), problem); break;
            default: throw new ArgumentOutOfRangeException(nameof(problem));
        }
    }

    public void GateGradient(in GatedProblem problem)
    {
        switch (problem.Activation)
        {
            case Activation.None: GateBackward(new UnaryFunctions<TOps, TVector>.Affine(1, 0), problem); break;
            case Activation.Relu: GateBackward(default(UnaryFunctions<TOps, TVector>.Relu), problem); break;
            case Activation.Gelu: GateBackward(default(UnaryFunctions<TOps, TVector>.Gelu), problem); break;
            case Activation.GeluTanh: GateBackward(default(UnaryFunctions<TOps, TVector>.GeluTanh), problem); break;
            case Activation.Silu: GateBackward(default(UnaryFunctions<TOps, TVector>.Silu), problem); break;
            default: throw new ArgumentOutOfRangeException(nameof(problem));
        }
    }

    public void Copy(in Operand source, in Operand destination, in Shape shape) =>
        StridedCopy.Run(source.Buffer.Floats(), destination.Buffer.Floats(),
            IterationSpace.ForCopy(shape, source.Strides, destination.Strides));

    public void Fill(DeviceBuffer y, long count, float value) =>
        SpanLoop.Fill(y.Floats(), count, value);

    public void AddScaled(DeviceBuffer y, DeviceBuffer x, long count, float scale) =>
        ScaledAddition<TOps, TVector>.Run(y.Floats(), x.Floats(), count, scale);

    public void ToBFloat16(DeviceBuffer x, DeviceBuffer y, long count) =>
        BFloat16Conversion<TOps, TVector>.Narrow(x.Floats(), y.Halves(), count);

    public void FromBFloat16(DeviceBuffer x, DeviceBuffer y, long count) =>
        BFloat16Conversion<TOps, TVector>.Widen(x.Halves(), y.Floats(), count);

    private static void GateForward<TFunction>(TFunction function, in GatedProblem problem)
        where TFunction : unmanaged, IUnaryFunction<TVector>
    {
        var job = new GatedForward<TOps, TVector, TFunction>(function, problem);
        Ranges.RunRows(problem.Rows, problem.Width, ref job);
    }

    private static void GateBackward<TFunction>(TFunction function, in GatedProblem problem)
        where TFunction : unmanaged, IUnaryFunction<TVector>
    {
        var job = new GatedBackward<TOps, TVector, TFunction>(function, problem);
        Ranges.RunRows(problem.Rows, problem.Width, ref job);
    }

    private static void Map<TFunction>(TFunction function, DeviceBuffer x, DeviceBuffer y, long count)
        where TFunction : unmanaged, IUnaryFunction<TVector> =>
        UnaryLoop<TOps, TVector>.Map(function, x.Floats(), y.Floats(), count);

    private static void Map<TFunction>(in Operand a, in Operand b, DeviceBuffer y, in IterationSpace space)
        where TFunction : unmanaged, IBinaryFunction<TVector> =>
        BinaryLoop<TOps, TVector>.Map<TFunction>(a.Buffer.Floats(), b.Buffer.Floats(), y.Floats(), space);

    private static void MapGradient<TFunction>(TFunction function, DeviceBuffer x, DeviceBuffer y, DeviceBuffer dy,
        DeviceBuffer dx, long count)
        where TFunction : unmanaged, IDerivative<TVector> =>
        UnaryLoop<TOps, TVector>.MapGradient(function, x.Floats(), y.Floats(), dy.Floats(), dx.Floats(), count);
}
