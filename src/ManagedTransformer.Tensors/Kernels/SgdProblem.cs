namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// g = GradientScale Gradient + Decay W; B = Momentum B + g (absent when Momentum is 0); W = W - Rate (Nesterov ? g + Momentum B : B), of
/// one contiguous parameter of Count elements.
/// </summary>
internal readonly record struct SgdProblem(DeviceBuffer W, DeviceBuffer Gradient, DeviceBuffer B, long Count, float GradientScale,
    float Rate, float Momentum, bool Nesterov, float Decay);
