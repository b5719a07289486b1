using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// g = gradientScale gradient + gradientDecay w; m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; w = w (1 - decay) - stepSize m
/// / (sqrt(v) rootScale + epsilon).
/// </summary>
internal struct AdamStep : IElementStep
{
    public ArrayView<float> W, M, V;
    public float GradientScale, GradientDecay, Beta1, Rest1, Beta2, Rest2, Kept, StepSize, RootScale, Epsilon;

    public readonly void Apply(long place, float gradient)
    {
        float w = W[place], g = (GradientDecay * w) + (GradientScale * gradient);
        float m = (Beta1 * M[place]) + (Rest1 * g), v = (Beta2 * V[place]) + (Rest2 * (g * g));
        M[place] = m;
        V[place] = v;
        W[place] = (Kept * w) - (StepSize * m / ((MathF.Sqrt(v) * RootScale) + Epsilon));
    }
}
