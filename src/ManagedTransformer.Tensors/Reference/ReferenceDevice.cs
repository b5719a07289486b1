namespace ManagedTransformer.Tensors.Reference;

/// <summary>Host memory with the reference kernels.</summary>
internal static class ReferenceDevice
{
    public static Device Instance { get; } = new HostDevice("reference", ReferenceKernels.Create());
}
