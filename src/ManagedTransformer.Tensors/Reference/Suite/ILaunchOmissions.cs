using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Report of a device that leaves kernels out once a case has taken too long on it.</summary>
internal interface ILaunchOmissions
{
    /// <summary>True if any was left out.</summary>
    bool HaveBegun { get; }

    /// <summary>True if what lies in a buffer may depend on kernels that were left out.</summary>
    bool Concern(DeviceBuffer buffer);
}
