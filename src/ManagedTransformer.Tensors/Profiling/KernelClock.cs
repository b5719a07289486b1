using System.Diagnostics;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>Measures from its making to its disposal.</summary>
internal readonly struct KernelClock(KernelProfile profile, string kernel, double operations, double bytes) : IDisposable
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public void Dispose()
    {
        profile.Wait();
        profile.Add(kernel, Stopwatch.GetElapsedTime(_start).TotalMilliseconds, operations, bytes);
    }
}
