using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="ScaledAdditionCode"/>: Count elements of Y and X, and the factor of X.</summary>
internal struct ScaledAdditionArguments
{
    public ArrayView<float> Y, X;
    public long Count;
    public float Scale;
}
