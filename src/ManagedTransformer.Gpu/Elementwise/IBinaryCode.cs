namespace ManagedTransformer.Gpu;

/// <summary>A function of two numbers, as a type parameter of <see cref="BinaryKernel"/>.</summary>
internal interface IBinaryCode
{
    /// <summary>f(a, b).</summary>
    float Value(float a, float b);
}
