using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Starts kernels on whatever executes them.</summary>
internal abstract class KernelLauncher
{
    /// <summary>
    /// How far kernels are optimised before a driver, which optimises anyway, sees them. At level O2 the last pass of ILGPU 1.5.3 moves a load whose value only goes into the next round of a loop
    /// behind the stores of its block, so that <c>c = a[i]; a[i] = sum; sum += c;</c> reads what it has just written.
    /// </summary>
    public const OptimizationLevel Optimization = OptimizationLevel.O1;

    /// <summary>Queues one kernel; the first time it is compiled.</summary>
    public abstract void Launch<TArguments>(Action<TArguments> kernel, KernelConfig config, TArguments arguments)
        where TArguments : struct;
}
