using ManagedTransformer.Tensors.Cpu.Random;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Counter-based random numbers with the vectors of one width.</summary>
internal sealed unsafe class CpuRandomKernels<TOps, TVector> : IRandomKernels
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public void Dropout(DeviceBuffer x, DeviceBuffer y, long count, float probability, RandomKey key) =>
        RandomLoop<TOps, TVector>.Run(new DropoutFunction<TOps, TVector>(probability), x.Floats(), y.Floats(), count, key);

    public void Uniform(DeviceBuffer y, long count, float low, float high, RandomKey key) =>
        RandomLoop<TOps, TVector>.Run(new UniformFunction<TOps, TVector>(low, high - low), null, y.Floats(), count, key);

    public void Normal(DeviceBuffer y, long count, float mean, float deviation, RandomKey key) =>
        RandomLoop<TOps, TVector>.Run(new NormalFunction<TOps, TVector>(mean, deviation), null, y.Floats(), count, key);
}
