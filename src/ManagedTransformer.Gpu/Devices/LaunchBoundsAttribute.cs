namespace ManagedTransformer.Gpu;

/// <summary>Limits the registers of a CUDA kernel so that several groups fit on a multiprocessor.</summary>
/// <param name="threads">The most threads of a group.</param><param name="groups">Groups of that size that must fit.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LaunchBoundsAttribute(int threads, int groups) : Attribute
{
    public int Threads { get; } = threads;

    public int Groups { get; } = groups;
}
