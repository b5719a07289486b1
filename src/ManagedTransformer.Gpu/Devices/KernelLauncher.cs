using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Starts kernels on whatever executes them.</summary>
internal abstract class KernelLauncher
{
    /// <summary>Queues one kernel; the first time it is compiled.</summary>
    public abstract void Launch<TArguments>(Action<TArguments> kernel, KernelConfig config, TArguments arguments)
        where TArguments : struct;
}
