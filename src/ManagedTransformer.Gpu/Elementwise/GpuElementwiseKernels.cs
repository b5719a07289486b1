using ILGPU;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Cpu.Elementwise;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Element-wise functions, strided copies and fills on a GPU.</summary>
internal sealed class GpuElementwiseKernels(GpuDevice device) : IElementwiseKernels
{
    private readonly GpuDevice _device = device;

    public void Unary(UnaryOp op, DeviceBuffer x, DeviceBuffer y, long count, float a, float b) =>
        UnaryLauncher.For(op, ref a, ref b).Value(_device, x, y, count, a, b);

    public void UnaryGradient(UnaryOp op, DeviceBuffer x, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long count, float a, float b) =>
        UnaryLauncher.For(op, ref a, ref b).Gradient(_device, x, y, dy, dx, count, a, b);

    public void Binary(BinaryOp op, in Operand a, in Operand b, DeviceBuffer y, in Shape shape)
    {
        ArrayView<float> left = a.Buffer.Floats(), right = b.Buffer.Floats(), result = y.Floats();
        foreach (StridedPiece piece in StridedPiece.Cut(new IterationSpace(shape, a.Strides, b.Strides, b.Strides)))
        {
            _device.LaunchOver(BinaryKernels.KernelOf(op), QuadStride.Elements(piece.Space.Count), new BinaryArguments
            {
                A = From(left, piece.StartA),
                B = From(right, piece.StartB),
                Y = From(result, piece.First),
                Space = piece.Space,
                StridesA = piece.A,
                StridesB = piece.B,
            });
        }
    }

    public void Select(in Operand condition, in Operand a, in Operand b, DeviceBuffer y, in Shape shape)
    {
        ArrayView<float> mask = condition.Buffer.Floats(), left = a.Buffer.Floats(), right = b.Buffer.Floats(), result = y.Floats();
        foreach (StridedPiece piece in StridedPiece.Cut(new IterationSpace(shape, condition.Strides, a.Strides, b.Strides)))
        {
            _device.LaunchOver(SelectCode.Run, piece.Space.Count, new SelectArguments
            {
                Condition = From(mask, piece.StartA),
                A = From(left, piece.StartB),
                B = From(right, piece.StartC),
                Y = From(result, piece.First),
                Space = piece.Space,
                StridesOfCondition = piece.A,
                StridesA = piece.B,
                StridesB = piece.C,
            });
        }
    }

    public void Gate(in GatedProblem problem) =>
        _device.LaunchOver(GatedCode.Forward, problem.Rows * problem.Width, GatedArguments.Of(problem));

    public void GateGradient(in GatedProblem problem) =>
        _device.LaunchOver(GatedCode.Backward, problem.Rows * problem.Width, GatedArguments.Of(problem));

    public void Copy(in Operand source, in Operand destination, in Shape shape) =>
        StridedCopyLauncher.Run(_device, source.Buffer.Integers(), destination.Buffer.Integers(),
            IterationSpace.ForCopy(shape, source.Strides, destination.Strides));

    public void Fill(DeviceBuffer y, long count, float value) =>
        _device.LaunchOver(FillCode.Run, count, new FillArguments { Y = y.Floats(), Count = count, Value = value });

    public void AddScaled(DeviceBuffer y, DeviceBuffer x, long count, float scale) =>
        _device.LaunchOver(
            ScaledAdditionCode.Run, QuadStride.Elements(count),
            new ScaledAdditionArguments { Y = y.Floats(), X = x.Floats(), Count = count, Scale = scale });

    public void ToBFloat16(DeviceBuffer x, DeviceBuffer y, long count) =>
        _device.LaunchOver(BFloat16Code.Narrow, count, new BFloat16Arguments { Floats = x.Floats(), Halves = y.Halves(), Count = count });

    public void FromBFloat16(DeviceBuffer x, DeviceBuffer y, long count) =>
        _device.LaunchOver(BFloat16Code.Widen, count, new BFloat16Arguments { Floats = y.Floats(), Halves = x.Halves(), Count = count });

    private static ArrayView<float> From(ArrayView<float> view, long start) => start == 0 ? view : view.SubView(start, view.Length - start);
}
