using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>Times element-wise kernels by their function. Operands that are broadcast count once per result.</summary>
internal sealed class ProfilingElementwiseKernels(IElementwiseKernels kernels, KernelProfile profile) : IElementwiseKernels
{
    private static readonly string[] _unary = [.. Enum.GetNames<UnaryOp>()];
    private static readonly string[] _unaryGradients = [.. _unary.Select(name => $"{name}Gradient")];
    private static readonly string[] _binary = [.. Enum.GetNames<BinaryOp>()];

    public void Unary(UnaryOp op, DeviceBuffer x, DeviceBuffer y, long count, float a, float b)
    {
        using KernelClock _ = profile.Time(_unary[(int)op], 2 * count);
        kernels.Unary(op, x, y, count, a, b);
    }

    public void UnaryGradient(UnaryOp op, DeviceBuffer x, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long count, float a, float b)
    {
        using KernelClock _ = profile.Time(_unaryGradients[(int)op], 3 * count);
        kernels.UnaryGradient(op, x, y, dy, dx, count, a, b);
    }

    public void Binary(BinaryOp op, in Operand a, in Operand b, DeviceBuffer y, in Shape shape)
    {
        using KernelClock _ = profile.Time(_binary[(int)op], 3 * shape.Count);
        kernels.Binary(op, a, b, y, shape);
    }

    public void Select(in Operand condition, in Operand a, in Operand b, DeviceBuffer y, in Shape shape)
    {
        using KernelClock _ = profile.Time(nameof(Select), 4 * shape.Count);
        kernels.Select(condition, a, b, y, shape);
    }

    public void Gate(in GatedProblem problem)
    {
        using KernelClock _ = profile.Time(nameof(Gate), 3 * problem.Rows * problem.Width);
        kernels.Gate(problem);
    }

    public void GateGradient(in GatedProblem problem)
    {
        using KernelClock _ = profile.Time(nameof(GateGradient), 5 * problem.Rows * problem.Width);
        kernels.GateGradient(problem);
    }

    public void Copy(in Operand source, in Operand destination, in Shape shape)
    {
        using KernelClock _ = profile.Time(nameof(Copy), 2 * shape.Count);
        kernels.Copy(source, destination, shape);
    }

    public void Fill(DeviceBuffer y, long count, float value)
    {
        using KernelClock _ = profile.Time(nameof(Fill), count);
        kernels.Fill(y, count, value);
    }

    public void AddScaled(DeviceBuffer y, DeviceBuffer x, long count, float scale)
    {
        using KernelClock _ = profile.Time(nameof(AddScaled), 3 * count);
        kernels.AddScaled(y, x, count, scale);
    }

    public void ToBFloat16(DeviceBuffer x, DeviceBuffer y, long count)
    {
        using KernelClock _ = profile.Time(nameof(ToBFloat16), 1.5 * count);
        kernels.ToBFloat16(x, y, count);
    }

    public void FromBFloat16(DeviceBuffer x, DeviceBuffer y, long count)
    {
        using KernelClock _ = profile.Time(nameof(FromBFloat16), 1.5 * count);
        kernels.FromBFloat16(x, y, count);
    }
}
