using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// g = gradientScale gradient + decay w; b = momentum b + g (no b without momentum); w = w - rate (nesterov ? g + momentum b : b).
/// </summary>
internal struct SgdStep : IElementStep
{
    public ArrayView<float> W, B;
    public float GradientScale, Rate, Momentum, Decay;
    public int HasMomentum, Nesterov;

    public readonly void Apply(long place, float gradient)
    {
        float w = W[place], g = (Decay * w) + (GradientScale * gradient), direction = g;
        if (HasMomentum != 0)
        {
            float b = (Momentum * B[place]) + g;
            B[place] = b;
            direction = Nesterov != 0 ? (Momentum * b) + g : b;
        }

        W[place] = w - (Rate * direction);
    }
}
