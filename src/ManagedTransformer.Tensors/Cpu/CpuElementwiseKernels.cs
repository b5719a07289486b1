using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Placeholder.</summary>
internal sealed class CpuElementwiseKernels : IElementwiseKernels
{
    public void Unary(UnaryOp op, DeviceBuffer x, DeviceBuffer y, long count, float a, float b) => throw new NotSupportedException();

    public void UnaryGradient(UnaryOp op, DeviceBuffer x, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long count, float a, float b) => throw new NotSupportedException();

    public void Binary(BinaryOp op, in Operand a, in Operand b, DeviceBuffer y, in Shape shape) => throw new NotSupportedException();

    public void Select(in Operand condition, in Operand a, in Operand b, DeviceBuffer y, in Shape shape) => throw new NotSupportedException();

    public void Copy(in Operand source, in Operand destination, in Shape shape) => throw new NotSupportedException();

    public void Fill(DeviceBuffer y, long count, float value) => throw new NotSupportedException();

    public void AddScaled(DeviceBuffer y, DeviceBuffer x, long count, float scale) => throw new NotSupportedException();

    public void ToBFloat16(DeviceBuffer x, DeviceBuffer y, long count) => throw new NotSupportedException();

    public void FromBFloat16(DeviceBuffer x, DeviceBuffer y, long count) => throw new NotSupportedException();
}
