namespace ManagedTransformer.Gpu;

/// <summary>Two numbers.</summary>
internal struct FloatPair
{
    public float A, B;
}
