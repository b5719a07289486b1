using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>A launch of a kernel with arguments of its type.</summary>
/// <param name="kernel">A static method without captured variables.</param>
/// <param name="config">Groups of threads.</param>
/// <param name="arguments">Views and sizes.</param>
internal sealed class RecordedKernel<TArguments>(Action<TArguments> kernel, KernelConfig config, TArguments arguments) : RecordedLaunch
    where TArguments : struct
{
    private readonly Action<TArguments> _kernel = kernel;
    private readonly KernelConfig _config = config;
    private readonly TArguments _arguments = arguments;

    public override void Issue(GpuDevice device) => device.Issue(_kernel, _config, _arguments);

    // The arguments of kernels are structs without a comparison of their own: they are compared field by field.
    public override bool IsLike(RecordedLaunch other) =>
        other is RecordedKernel<TArguments> launch && launch._kernel == _kernel && launch._config.GridDim == _config.GridDim
        && launch._config.GroupDim == _config.GroupDim && launch._config.SharedMemoryConfig.Equals(_config.SharedMemoryConfig)
        && launch._arguments.Equals(_arguments);
}
