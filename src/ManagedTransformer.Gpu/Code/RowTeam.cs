using System.Numerics;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Teams of threads that each take one row: short rows share a group, so that no thread idles, and neighbouring threads take neighbouring
/// elements. A team's size is a power of two, known to kernels by its logarithm, which spares divisions.
/// </summary>
internal static class RowTeam
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 256;

    // Elements per thread of longer rows: more threads would mostly wait for the sum.
    private const int PerThread = 4;

    private const int Warp = 32;

    /// <summary>The thread's number in its team.</summary>
    public static int Lane(int bits) => Group.IdxX & ((1 << bits) - 1);

    /// <summary>The row of the thread's team.</summary>
    public static long Row(int bits) => ((long)Grid.IdxX * (Group.DimX >> bits)) + (Group.IdxX >> bits);

    /// <summary>The logarithm of the team's size for rows of a width.</summary>
    public static int Bits(int width)
    {
        int threads = width <= Warp ? width : Math.Clamp((width + PerThread - 1) / PerThread, Warp, GroupSize);
        return BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, threads)));
    }

    /// <summary>Groups for a number of rows.</summary>
    public static Index3D Groups(long rows, int bits)
    {
        int perGroup = GroupSize >> bits;
        return new Index3D(checked((int)((rows + perGroup - 1) / perGroup)), 1, 1);
    }
}
