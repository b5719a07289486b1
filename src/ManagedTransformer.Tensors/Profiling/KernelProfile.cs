using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>
/// Times every kernel of a device from its start until it is disposed, on all threads that call kernels; one at a time. A profile stands in
/// front of the kernels only as long as it runs: nothing costs anything before and after.
/// </summary>
public sealed class KernelProfile : IDisposable
{
    private readonly Dictionary<(string Phase, string Kernel), KernelCost> _costs = [];
    private readonly Device _device;
    private readonly KernelSet _kernels;

    private KernelProfile(Device device)
    {
        (_device, _kernels) = (device, device.Kernels);
        device.Use(ProfilingKernels.Around(_kernels, this));
    }

    /// <summary>The part of the step that runs: kernels of different phases are counted apart.</summary>
    public string Phase { get; set; } = "";

    /// <summary>Multiplications and additions of all products so far.</summary>
    public double Operations => _costs.Values.Sum(cost => cost.Operations);

    /// <summary>Starts a profile.</summary>
    /// <param name="device">Whose kernels; default: the CPU's. A device that computes later is waited for before and behind every
    /// kernel.</param>
    public static KernelProfile Start(Device? device = null) => new(device ?? Device.Cpu);

    /// <summary>The costs so far as means over a number of steps, the most expensive first.</summary>
    /// <param name="steps">Number of steps that ran, at least 1.</param>
    public IReadOnlyList<KernelCost> PerStep(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return [.. _costs.Values.OrderByDescending(cost => cost.Milliseconds).Select(cost => cost with
        {
            Calls = cost.Calls / steps,
            Milliseconds = cost.Milliseconds / steps,
            Operations = cost.Operations / steps,
            Bytes = cost.Bytes / steps,
        })];
    }

    /// <summary>Ends the profile; what it counted stays.</summary>
    public void Dispose() => _device.Use(_kernels);

    /// <summary>Starts the clock of one call. <c>using KernelClock _ = profile.Time(…);</c></summary>
    internal KernelClock Time(string kernel, double elements, double operations = 0)
    {
        _device.Synchronize();
        return new KernelClock(this, kernel, operations, elements * sizeof(float));
    }

    internal void Wait() => _device.Synchronize();

    internal void Add(string kernel, double milliseconds, double operations, double bytes)
    {
        lock (_costs)
        {
            KernelCost sum = _costs.GetValueOrDefault((Phase, kernel)) ?? new KernelCost(Phase, kernel, 0, 0, 0, 0);
            _costs[(Phase, kernel)] = sum with
            {
                Calls = sum.Calls + 1,
                Milliseconds = sum.Milliseconds + milliseconds,
                Operations = sum.Operations + operations,
                Bytes = sum.Bytes + bytes,
            };
        }
    }
}
