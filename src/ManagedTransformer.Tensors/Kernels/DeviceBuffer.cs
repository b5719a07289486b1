namespace ManagedTransformer.Tensors.Kernels;

/// <summary>A place in a device's memory: a storage and an offset in elements. <c>default</c> stands for "absent".</summary>
internal readonly record struct DeviceBuffer(Storage? Storage, long Offset)
{
    /// <summary>True if an optional operand was left out.</summary>
    public bool IsAbsent => Storage is null;
}
