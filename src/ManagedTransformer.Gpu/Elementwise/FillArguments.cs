using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="FillCode"/> takes.</summary>
internal struct FillArguments
{
    public ArrayView<float> Y;
    public long Count;
    public float Value;
}
