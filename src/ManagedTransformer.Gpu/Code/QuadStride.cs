namespace ManagedTransformer.Gpu;

/// <summary>
/// For kernels whose threads take four elements at once, a stride apart: four reads are under way where a loop over one element would wait
/// for each. Small arrays are spread over more threads instead, each with one element.
/// </summary>
internal static class QuadStride
{
    // Threads that fill the largest devices.
    private const long Filling = 1L << 18;

    /// <summary>The number of elements to launch over (<see cref="GpuDevice.LaunchOver"/>).</summary>
    public static long Elements(long count) => count <= Filling ? count : Math.Max(Filling, (count + 3) / 4);
}
