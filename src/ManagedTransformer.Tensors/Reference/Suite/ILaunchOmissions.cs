using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>What a device says that leaves kernels out once a case has taken too long on it.</summary>
internal interface ILaunchOmissions
{
    /// <summary>Whether any was left out.</summary>
    bool HaveBegun { get; }

    /// <summary>Whether what lies in a buffer may depend on kernels that were left out.</summary>
    bool Concern(DeviceBuffer buffer);
}
