namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// g = GradientScale Gradient; A = A + g^2; W = W - Rate g / (sqrt(A) + Epsilon), of one contiguous parameter of Count elements.
/// </summary>
internal readonly record struct AdagradProblem(
    DeviceBuffer W, DeviceBuffer Gradient, DeviceBuffer A, long Count, float GradientScale, float Rate, float Epsilon);
