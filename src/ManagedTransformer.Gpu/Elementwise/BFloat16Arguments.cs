using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="BFloat16Code"/>: the same elements as Float32 and as BFloat16.</summary>
internal struct BFloat16Arguments
{
    public ArrayView<float> Floats;
    public ArrayView<ushort> Halves;
    public long Count;
}
