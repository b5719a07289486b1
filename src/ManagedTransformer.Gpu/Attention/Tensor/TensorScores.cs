using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// A lane's part of a band of scores. Rows of the block belong to 8 streamed rows each, and have the lane's two columns among these, first
/// in the lane's first owned row, then in its second, 8 rows below.
/// </summary>
internal static class TensorScores
{
    /// <summary>The first of the lane's two owned rows among the warp's 16.</summary>
    public static int Row => (Group.IdxX & 31) >> 2;

    /// <summary>The first of the lane's two columns among 8 streamed rows.</summary>
    public static int Column => (Group.IdxX & 3) * 2;

    /// <summary>The lane's part of a band of sums, whose number is a constant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Read(int band) =>
        QuadBlock.Of(Four(16 * band), Four((16 * band) + 4), Four((16 * band) + 8), Four((16 * band) + 12));

    /// <summary>A number for each of the lane's owned rows, as the block has them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Rows(float upper, float lower) => Quad.Of(upper, upper, lower, lower);

    /// <summary>The largest numbers of the lane's owned rows, of which it has a part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad MaxRows(Quad parts) => Rows(Max(parts.Y > parts.X ? parts.Y : parts.X), Max(parts.W > parts.Z ? parts.W : parts.Z));

    /// <summary>The sums of the lane's owned rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad SumRows(Quad parts) => Rows(Sum(parts.X + parts.Y), Sum(parts.Z + parts.W));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad Four(int number) => Quad.Of(
        TensorRegister.Sum(number), TensorRegister.Sum(number + 1), TensorRegister.Sum(number + 2), TensorRegister.Sum(number + 3));

    // Four neighbouring lanes share a row.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Max(float part)
    {
        float other = Warp.ShuffleXor(part, 1), two = other > part ? other : part, others = Warp.ShuffleXor(two, 2);
        return others > two ? others : two;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(float part)
    {
        float two = part + Warp.ShuffleXor(part, 1);
        return two + Warp.ShuffleXor(two, 2);
    }
}
