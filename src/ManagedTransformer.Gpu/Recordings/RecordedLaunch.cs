namespace ManagedTransformer.Gpu;

/// <summary>A launch that can be made again.</summary>
internal abstract class RecordedLaunch
{
    /// <summary>Queues the kernel once more, with the same arguments but for its sequence of random numbers.</summary>
    public abstract void Issue(GpuDevice device, RecordedKeys keys);

    /// <summary>
    /// Whether the other launch is of the same kernel with the same arguments, addresses included, and draws at the same place.
    /// </summary>
    public abstract bool IsLike(RecordedLaunch other);
}
