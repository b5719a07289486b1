using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>An element stored as BFloat16: the upper half of a Float32.</summary>
internal readonly struct BFloat16Element : IMatrixElement
{
    public float Load(ArrayView<float> floats, ArrayView<ushort> halves, long place) => Interop.IntAsFloat((uint)halves[place] << 16);
}
