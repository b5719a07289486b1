namespace ManagedTransformer.Gpu;

/// <summary>Four numbers.</summary>
internal struct FloatQuad
{
    public float A, B, C, D;
}
