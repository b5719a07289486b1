namespace ManagedTransformer.Gpu;

/// <summary>An associative function of two numbers.</summary>
internal interface ICombine
{
    /// <summary>The function.</summary>
    float Apply(float a, float b);
}
