using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>g = gradientScale gradient; a = a + g^2; w = w - rate g / (sqrt(a) + epsilon).</summary>
internal struct AdagradStep : IElementStep
{
    public ArrayView<float> W, A;
    public float GradientScale, Rate, Epsilon;

    public readonly void Apply(long place, float gradient)
    {
        float g = GradientScale * gradient, a = A[place] + (g * g);
        A[place] = a;
        W[place] -= Rate * g / (MathF.Sqrt(a) + Epsilon);
    }
}
