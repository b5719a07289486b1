namespace ManagedTransformer.Gpu;

/// <summary>a + b.</summary>
internal readonly struct SumCombine : ICombine
{
    public float Apply(float a, float b) => a + b;
}
