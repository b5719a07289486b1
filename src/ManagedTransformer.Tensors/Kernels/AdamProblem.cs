namespace ManagedTransformer.Tensors.Kernels;

/// <summary>The step that <see cref="AdamCoefficients"/> describes, of one contiguous parameter of Count elements.</summary>
internal readonly record struct AdamProblem(
    DeviceBuffer W, DeviceBuffer Gradient, DeviceBuffer M, DeviceBuffer V, long Count, AdamCoefficients Coefficients);
