using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="ScaledAdditionCode"/> takes.</summary>
internal struct ScaledAdditionArguments
{
    public ArrayView<float> Y, X;
    public long Count;
    public float Scale;
}
