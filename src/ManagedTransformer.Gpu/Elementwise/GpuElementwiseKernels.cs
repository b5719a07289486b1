using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>ElementwiseKernels on a GPU.</summary>
internal sealed class GpuElementwiseKernels(GpuDevice device) : IElementwiseKernels
{
    private readonly GpuDevice _device = device;

    public void Unary(UnaryOp op, DeviceBuffer x, DeviceBuffer y, long count, float a, float b) =>
        UnaryLauncher.For(op, ref a, ref b).Value(_device, x, y, count, a, b);

    public void UnaryGradient(UnaryOp op, DeviceBuffer x, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long count, float a, float b) =>
        UnaryLauncher.For(op, ref a, ref b).Gradient(_device, x, y, dy, dx, count, a, b);

    public void Binary(BinaryOp op, in Operand a, in Operand b, DeviceBuffer y, in Shape shape) => throw new NotSupportedException("not yet on the device");

    public void Select(in Operand condition, in Operand a, in Operand b, DeviceBuffer y, in Shape shape) => throw new NotSupportedException("not yet on the device");

    public void Copy(in Operand source, in Operand destination, in Shape shape) => throw new NotSupportedException("not yet on the device");

    public void Fill(DeviceBuffer y, long count, float value) =>
        _device.LaunchOver(FillCode.Run, count, new FillArguments { Y = y.Floats(), Count = count, Value = value });

    public void AddScaled(DeviceBuffer y, DeviceBuffer x, long count, float scale) => throw new NotSupportedException("not yet on the device");

    public void ToBFloat16(DeviceBuffer x, DeviceBuffer y, long count) => throw new NotSupportedException("not yet on the device");

    public void FromBFloat16(DeviceBuffer x, DeviceBuffer y, long count) => throw new NotSupportedException("not yet on the device");
}
