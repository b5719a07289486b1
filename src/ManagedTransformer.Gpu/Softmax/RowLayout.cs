using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The teams of a launch over rows (<see cref="RowTeam"/>): longer rows than usual get the largest groups where warps exchange registers.
/// </summary>
/// <param name="Bits">The logarithm of a team's threads.</param>
/// <param name="GroupSize">Threads of a group.</param>
/// <param name="Groups">Groups.</param>
internal readonly record struct RowLayout(int Bits, int GroupSize, Index3D Groups)
{
    private const int LongRow = 8192, LargestGroupBits = 10;

    /// <summary>The layout for rows of n elements.</summary>
    public static RowLayout For(GpuDevice device, long rows, int n)
    {
        if (device.HasShuffles && n >= LongRow)
        {
            return new RowLayout(LargestGroupBits, 1 << LargestGroupBits, new Index3D(checked((int)rows), 1, 1));
        }

        int bits = RowTeam.Bits(n);
        return new RowLayout(bits, RowTeam.GroupSize, RowTeam.Groups(rows, bits));
    }
}
