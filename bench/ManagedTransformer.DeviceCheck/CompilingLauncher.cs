using ILGPU;
using ILGPU.Runtime;
using ManagedTransformer.Gpu;

namespace ManagedTransformer.DeviceCheck;

/// <summary>
/// Compiles each kernel that is launched, with the driver, and executes none. A kernel that does not compile spoils ILGPU's context for all
/// that follow, so that after it another one is made.
/// </summary>
/// <param name="open">Makes an accelerator in a context of its own.</param>
/// <param name="report">Told each kernel's name, and what the compiler or the driver said; nothing where it compiles.</param>
internal sealed class CompilingLauncher(Func<Accelerator> open, Action<string, string> report) : KernelLauncher
{
    private readonly HashSet<Delegate> _seen = new(ReferenceEqualityComparer.Instance);
    private Accelerator? _accelerator;

    /// <summary>The number of kernels that compiled.</summary>
    public int Compiled { get; private set; }

    /// <summary>The number of kernels that did not.</summary>
    public int Failed { get; private set; }

    public override void Launch<TArguments>(Action<TArguments> kernel, KernelConfig config, TArguments arguments)
    {
        if (!_seen.Add(kernel))
        {
            return;
        }

#pragma warning disable CA1031 // Whatever is thrown is the result.
        try
        {
            _accelerator ??= open();
            _ = AcceleratorLauncher.Load(_accelerator, kernel.Method);
            Compiled++;
            report(AcceleratorLauncher.Name(kernel.Method), "");
        }
        catch (Exception e)
        {
            _accelerator = null;
            Failed++;
            report(AcceleratorLauncher.Name(kernel.Method), DriverCall.Innermost(e));
        }
#pragma warning restore CA1031
    }
}
