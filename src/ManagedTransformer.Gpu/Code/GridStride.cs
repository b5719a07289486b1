using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Threads that stride over elements: <c>for (long i = GridStride.First; i &lt; count; i += GridStride.Step) { ... }</c>. Which thread
/// takes which element never changes a result: element i is computed from its own operands alone.
/// </summary>
internal static class GridStride
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 256;

    // Enough to fill any device; more would only be started and ended.
    private const int MostGroups = 4096;

    /// <summary>The first element of the calling thread.</summary>
    public static long First => ((long)Grid.IdxX * Group.DimX) + Group.IdxX;

    /// <summary>The distance to its next element.</summary>
    public static long Step => (long)Grid.DimX * Group.DimX;

    /// <summary>Groups for a number of elements.</summary>
    public static int Groups(long elements) => (int)Math.Min(MostGroups, (elements + GroupSize - 1) / GroupSize);
}
