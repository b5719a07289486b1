using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>An element stored as Float32.</summary>
internal readonly struct Float32Element : IMatrixElement
{
    public float Load(ArrayView<float> floats, ArrayView<ushort> halves, long place) => floats[place];
}
