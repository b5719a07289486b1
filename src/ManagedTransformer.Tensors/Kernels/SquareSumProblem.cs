namespace ManagedTransformer.Tensors.Kernels;

/// <summary>Y[0] = sum of X[i]^2 of Count elements, summed in double precision in an order fixed by Count.</summary>
internal readonly record struct SquareSumProblem(DeviceBuffer X, long Count, DeviceBuffer Y);
