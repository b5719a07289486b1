using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="FillCode"/>: the value and the elements that get it.</summary>
internal struct FillArguments
{
    public ArrayView<float> Y;
    public long Count;
    public float Value;
}
