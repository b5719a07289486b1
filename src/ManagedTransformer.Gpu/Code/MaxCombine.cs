namespace ManagedTransformer.Gpu;

/// <summary>The larger of a and b; NaN if one of them is.</summary>
internal readonly struct MaxCombine : ICombine
{
    public float Apply(float a, float b) => a > b ? a : b >= a ? b : a + b;
}
