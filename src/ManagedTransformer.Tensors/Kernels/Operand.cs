namespace ManagedTransformer.Tensors.Kernels;

/// <summary>An operand of a strided kernel: its first element and its strides over the kernel's shape (0 along broadcast axes).</summary>
internal readonly record struct Operand(DeviceBuffer Buffer, Strides Strides);
