using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Rows of linear attention in shared memory as <see cref="TensorRows"/> has them, but that rows may be narrower than heads are: what they
/// lack is zero. Owned rows are read as a lane's part of scores too, so that they can be what weighs other rows.
/// </summary>
internal static class TensorLinearRows
{
    /// <summary>The calling thread's share of the copies of some columns of rows.</summary>
    /// <param name="operand">The rows.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="head">The head.</param>
    /// <param name="column">The first column.</param>
    /// <param name="width">The columns of the rows.</param>
    /// <param name="first">The first row.</param>
    /// <param name="limit">The end of the rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSource Source<THead>(TensorOperand operand, int batch, int head, int column, int width, int first, int limit)
        where THead : struct, ITensorHead
    {
        int chunks = default(THead).Width / 4;
        long start = operand.Address + (((batch * operand.Batch) + (head * operand.Head)) * sizeof(float));
        return RowSlices.Chunks(
            TensorRows.GroupSize, chunks, sizeof(float), TensorRows.RowBytes<THead>(), start, operand.Time, first, limit, column, width);
    }

    /// <summary>The lane's part of 32 columns of its owned rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Columns<THead>(ArrayView<float> shared, int row, int column)
        where THead : struct, ITensorHead
    {
        int pitch = Pitch<THead>(), upper = (row * pitch) + column, lower = upper + (8 * pitch);
        return QuadBlock.Of(
            Four(shared, upper, upper + 1, lower, lower + 1), Four(shared, upper + 8, upper + 9, lower + 8, lower + 9),
            Four(shared, upper + 16, upper + 17, lower + 16, lower + 17), Four(shared, upper + 24, upper + 25, lower + 24, lower + 25));
    }

    /// <summary>The lane's part of 32 rows where columns are what it owns: each row times its number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Transposed<THead>(ArrayView<float> shared, int row, int column, ArrayView<float> numbers)
        where THead : struct, ITensorHead => QuadBlock.Of(
            Two<THead>(shared, row, column, numbers), Two<THead>(shared, row + 8, column, numbers),
            Two<THead>(shared, row + 16, column, numbers), Two<THead>(shared, row + 24, column, numbers));

    /// <summary>Adds to sums of the lane's owned rows those of their part of 32 columns times numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad AddDots(Quad sums, QuadBlock owned, ArrayView<float> numbers, int column)
    {
        sums = Quad.Add(sums, Quad.Multiply(owned.R0, Pair(numbers, column)));
        sums = Quad.Add(sums, Quad.Multiply(owned.R1, Pair(numbers, column + 8)));
        sums = Quad.Add(sums, Quad.Multiply(owned.R2, Pair(numbers, column + 16)));
        return Quad.Add(sums, Quad.Multiply(owned.R3, Pair(numbers, column + 24)));
    }

    /// <summary>Numbers from one row in shared memory to the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Pitch<THead>()
        where THead : struct, ITensorHead => TensorRows.RowBytes<THead>() / sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad Pair(ArrayView<float> numbers, int column) => Four(numbers, column, column + 1, column, column + 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad Two<THead>(ArrayView<float> shared, int row, int column, ArrayView<float> numbers)
        where THead : struct, ITensorHead
    {
        int upper = (row * Pitch<THead>()) + column, next = upper + Pitch<THead>();
        return Quad.Multiply(Four(shared, upper, next, upper + 8, next + 8), Pair(numbers, row));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad Four(ArrayView<float> shared, int x, int y, int z, int w) =>
        Quad.Of(shared[x], shared[y], shared[z], shared[w]);
}
