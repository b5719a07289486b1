using System.Reflection;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>A launch that can be made again.</summary>
internal abstract class RecordedLaunch
{
    /// <summary>The kernel.</summary>
    public abstract MethodInfo Method { get; }

    /// <summary>Queues the kernel once more, with the same arguments.</summary>
    public abstract void Issue(GpuDevice device);

    /// <summary>Whether the other launch is of the same kernel with the same arguments, addresses included.</summary>
    public abstract bool Equals(RecordedLaunch other);
}

/// <summary>A launch that can be made again.</summary>
/// <param name="kernel">A static method without captured variables.</param>
/// <param name="config">Groups of threads.</param>
/// <param name="arguments">Views and sizes.</param>
internal sealed class RecordedLaunch<TArguments>(Action<TArguments> kernel, KernelConfig config, TArguments arguments) : RecordedLaunch
    where TArguments : struct
{
    private readonly Action<TArguments> _kernel = kernel;
    private readonly KernelConfig _config = config;
    private readonly TArguments _arguments = arguments;

    public override MethodInfo Method => _kernel.Method;

    public override void Issue(GpuDevice device) => device.Issue(_kernel, _config, _arguments);

    // The arguments of kernels are structs without a comparison of their own: they are compared field by field.
    public override bool Equals(RecordedLaunch other) =>
        other is RecordedLaunch<TArguments> launch && launch._kernel == _kernel && launch._config.GridDim == _config.GridDim
        && launch._config.GroupDim == _config.GroupDim && launch._config.SharedMemoryConfig.Equals(_config.SharedMemoryConfig)
        && launch._arguments.Equals(_arguments);
}
