using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Placeholder.</summary>
internal sealed class CpuRandomKernels : IRandomKernels
{
    public void Dropout(DeviceBuffer x, DeviceBuffer y, long count, float probability, RandomKey key) => throw new NotSupportedException();

    public void Uniform(DeviceBuffer y, long count, float low, float high, RandomKey key) => throw new NotSupportedException();

    public void Normal(DeviceBuffer y, long count, float mean, float deviation, RandomKey key) => throw new NotSupportedException();
}
