using System.Collections.Concurrent;
using ILGPU;
using ILGPU.Runtime;

namespace ManagedTransformer.Gpu;

/// <summary>Kernels on an accelerator of ILGPU, each compiled when it is first launched.</summary>
internal sealed class AcceleratorLauncher(Accelerator accelerator) : KernelLauncher
{
    // The compiler makes one delegate per static method and closed generic method, so that the reference is the key.
    private readonly ConcurrentDictionary<Delegate, Delegate> _loaded = new(ReferenceEqualityComparer.Instance);

    public override void Launch<TArguments>(Action<TArguments> kernel, KernelConfig config, TArguments arguments)
    {
        if (!_loaded.TryGetValue(kernel, out Delegate? launch))
        {
            launch = accelerator.LoadStreamKernel(kernel);
            _loaded[kernel] = launch;
        }

        ((Action<KernelConfig, TArguments>)launch)(config, arguments);
    }
}
