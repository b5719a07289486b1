using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Softmax and cross-entropy on a GPU.</summary>
internal sealed class GpuSoftmaxKernels(GpuDevice device) : ISoftmaxKernels
{
    private readonly GpuDevice _device = device;

    public void Softmax(DeviceBuffer x, DeviceBuffer y, long rows, int n) =>
        Launch(_device.HasShuffles ? SoftmaxCode.Forward<CudaTeam> : SoftmaxCode.Forward<PlainTeam>, x, default, y, rows, n);

    public void SoftmaxGradient(DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long rows, int n) =>
        Launch(_device.HasShuffles ? SoftmaxCode.Backward<CudaTeam> : SoftmaxCode.Backward<PlainTeam>, y, dy, dx, rows, n);

    public void LogSoftmax(DeviceBuffer x, DeviceBuffer y, long rows, int n) =>
        Launch(_device.HasShuffles ? SoftmaxCode.ForwardOfLogarithm<CudaTeam> : SoftmaxCode.ForwardOfLogarithm<PlainTeam>, x,
            default, y, rows, n);

    public void LogSoftmaxGradient(DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long rows, int n) =>
        Launch(_device.HasShuffles ? SoftmaxCode.BackwardOfLogarithm<CudaTeam> : SoftmaxCode.BackwardOfLogarithm<PlainTeam>, y,
            dy, dx, rows, n);

    public void CrossEntropy(DeviceBuffer x, DeviceBuffer targets, int ignored, float targetWeight, float classWeight,
        DeviceBuffer loss, DeviceBuffer nll, DeviceBuffer sums, long rows, int n)
    {
        if (rows == 0)
        {
            return;
        }

        CrossEntropyArguments arguments = Arguments(x, targets, ignored, targetWeight, classWeight, sums, rows, n);
        arguments.Loss = loss.Floats();
        arguments.Nll = nll.Floats();
        arguments.HasNll = nll.IsAbsent ? 0 : 1;
        Launch(_device.HasShuffles ? CrossEntropyCode.Forward<CudaTeam> : CrossEntropyCode.Forward<PlainTeam>, arguments);
    }

    public void CrossEntropyGradient(DeviceBuffer x, DeviceBuffer targets, int ignored, float targetWeight, float classWeight,
        DeviceBuffer sums, DeviceBuffer scale, bool scaleIsScalar, DeviceBuffer dx, long rows, int n)
    {
        if (rows == 0)
        {
            return;
        }

        CrossEntropyArguments arguments = Arguments(x, targets, ignored, targetWeight, classWeight, sums, rows, n);
        arguments.Scale = scale.Floats();
        arguments.ScaleIsScalar = scaleIsScalar ? 1 : 0;
        arguments.DX = dx.Floats();
        Launch(CrossEntropyCode.Backward, arguments);
    }

    private CrossEntropyArguments Arguments(DeviceBuffer x, DeviceBuffer targets, int ignored, float targetWeight, float classWeight,
        DeviceBuffer sums, long rows, int n) => new()
        {
            X = x.Floats(),
            Targets = targets.Integers(),
            Ignored = ignored,
            TargetWeight = targetWeight,
            ClassWeight = classWeight,
            Sums = sums.Floats(),
            Error = _device.IndexErrors.Next((row, target) => IndexFault.Target(row, target, n, ignored)),
            Rows = rows,
            Length = n,
        };

    private void Launch(Action<CrossEntropyArguments> kernel, CrossEntropyArguments arguments)
    {
        var layout = RowLayout.For(_device, arguments.Rows, arguments.Length);
        arguments.Bits = layout.Bits;
        _device.Launch(kernel, layout.Groups, layout.GroupSize, arguments);
    }

    private void Launch(Action<SoftmaxArguments> kernel, DeviceBuffer x, DeviceBuffer upstream, DeviceBuffer y, long rows, int n)
    {
        if (rows == 0 || n == 0)
        {
            return;
        }

        var layout = RowLayout.For(_device, rows, n);
        _device.Launch(kernel, layout.Groups, layout.GroupSize, new SoftmaxArguments
        {
            X = x.Floats(),
            Upstream = upstream.Floats(),
            Y = y.Floats(),
            Rows = rows,
            Length = n,
            Bits = layout.Bits,
        });
    }
}
