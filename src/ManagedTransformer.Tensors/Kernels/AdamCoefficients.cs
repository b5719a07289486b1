namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// The numbers of one Adam step: g = GradientScale gradient + GradientDecay w; m = Beta1 m + (1 - Beta1) g; v = Beta2 v + (1 - Beta2) g^2;
/// w = w (1 - Decay); w = w - StepSize m / (sqrt(v) RootScale + Epsilon).
/// </summary>
internal readonly record struct AdamCoefficients(
    float GradientScale, float Beta1, float Beta2, float Epsilon, float Decay, float GradientDecay, float StepSize, float RootScale);
