using ILGPU;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Counter-based random numbers on a GPU.</summary>
internal sealed class GpuRandomKernels(GpuDevice device) : IRandomKernels
{
    private readonly GpuDevice _device = device;

    public void Dropout(DeviceBuffer x, DeviceBuffer y, long count, float probability, RandomKey key) =>
        Launch(RandomKernel.Run<WordCode.Dropout>, x.Floats(), y.Floats(), count, probability, 0, key);

    public void Uniform(DeviceBuffer y, long count, float low, float high, RandomKey key) =>
        Launch(RandomKernel.Run<WordCode.Uniform>, default, y.Floats(), count, low, high - low, key);

    public void Normal(DeviceBuffer y, long count, float mean, float deviation, RandomKey key) =>
        Launch(RandomKernel.Run<WordCode.Normal>, default, y.Floats(), count, mean, deviation, key);

    private void Launch(Action<RandomArguments> kernel, ArrayView<float> x, ArrayView<float> y, long count, float a, float b,
        RandomKey key) =>
        _device.LaunchOver(kernel, (count + 3) / 4,
            new RandomArguments { X = x, Y = y, Count = count, Seed = key.Seed, Sequence = key.Sequence, A = a, B = b });
}
