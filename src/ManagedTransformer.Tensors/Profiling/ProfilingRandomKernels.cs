using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>Times random numbers.</summary>
internal sealed class ProfilingRandomKernels(IRandomKernels kernels, KernelProfile profile) : IRandomKernels
{
    public void Dropout(DeviceBuffer x, DeviceBuffer y, long count, float probability, RandomKey key)
    {
        using KernelClock _ = profile.Time(nameof(Dropout), 2 * count);
        kernels.Dropout(x, y, count, probability, key);
    }

    public void Uniform(DeviceBuffer y, long count, float low, float high, RandomKey key)
    {
        using KernelClock _ = profile.Time(nameof(Uniform), count);
        kernels.Uniform(y, count, low, high, key);
    }

    public void Normal(DeviceBuffer y, long count, float mean, float deviation, RandomKey key)
    {
        using KernelClock _ = profile.Time(nameof(Normal), count);
        kernels.Normal(y, count, mean, deviation, key);
    }
}
