using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="BFloat16Code"/> takes.</summary>
internal struct BFloat16Arguments
{
    public ArrayView<float> Floats;
    public ArrayView<ushort> Halves;
    public long Count;
}
