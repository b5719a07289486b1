using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Cpu.Softmax;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Softmax and cross-entropy with the vectors of one width.</summary>
internal sealed unsafe class CpuSoftmaxKernels<TOps, TVector> : ISoftmaxKernels
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public void Softmax(DeviceBuffer x, DeviceBuffer y, long rows, int n)
    {
        var job = new SoftmaxForward<TOps, TVector> { X = x.Floats(), Y = y.Floats(), Length = n };
        Ranges.RunRows(rows, n, ref job);
    }

    public void SoftmaxGradient(DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long rows, int n)
    {
        var job = new SoftmaxBackward<TOps, TVector> { Y = y.Floats(), DY = dy.Floats(), DX = dx.Floats(), Length = n };
        Ranges.RunRows(rows, n, ref job);
    }

    public void LogSoftmax(DeviceBuffer x, DeviceBuffer y, long rows, int n)
    {
        var job = new LogSoftmaxForward<TOps, TVector> { X = x.Floats(), Y = y.Floats(), Length = n };
        Ranges.RunRows(rows, n, ref job);
    }

    public void LogSoftmaxGradient(DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long rows, int n)
    {
        var job = new LogSoftmaxBackward<TOps, TVector> { Y = y.Floats(), DY = dy.Floats(), DX = dx.Floats(), Length = n };
        Ranges.RunRows(rows, n, ref job);
    }

    public void CrossEntropy(DeviceBuffer x, DeviceBuffer targets, int ignored, float targetWeight, float classWeight,
        DeviceBuffer loss, DeviceBuffer nll, DeviceBuffer sums, long rows, int n)
    {
        IndexCheck.Targets(targets.Integers(), rows, n, ignored);
        var job = new CrossEntropyForward<TOps, TVector>
        {
            X = x.Floats(),
            Targets = targets.Integers(),
            Ignored = ignored,
            TargetWeight = targetWeight,
            ClassWeight = classWeight,
            Loss = loss.Floats(),
            Nll = nll.Floats(),
            Sums = sums.Floats(),
            Length = n,
        };
        Ranges.RunRows(rows, n, ref job);
    }

    public void CrossEntropyGradient(DeviceBuffer x, DeviceBuffer targets, int ignored, float targetWeight, float classWeight,
        DeviceBuffer sums, DeviceBuffer scale, bool scaleIsScalar, DeviceBuffer dx, long rows, int n)
    {
        IndexCheck.Targets(targets.Integers(), rows, n, ignored);
        var job = new CrossEntropyBackward<TOps, TVector>
        {
            X = x.Floats(),
            Targets = targets.Integers(),
            Ignored = ignored,
            TargetWeight = targetWeight,
            ClassWeight = classWeight,
            Sums = sums.Floats(),
            Scale = scale.Floats(),
            ScaleIsScalar = scaleIsScalar,
            DX = dx.Floats(),
            Length = n,
        };
        Ranges.RunRows(rows, n, ref job);
    }
}
