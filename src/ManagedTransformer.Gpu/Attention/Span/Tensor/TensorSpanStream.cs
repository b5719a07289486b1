using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Copies of rows that a group streams, 32 at a time: where the calling thread's first chunk of 16 bytes lies in memory. All else about its
/// chunks is the same for all streams, or computed anew for each tile: three of <see cref="TensorSource"/> do not fit into registers beside
/// wide results.
/// </summary>
internal struct TensorSpanStream
{
    public long Address;

    /// <summary>The rows of one head from <paramref name="first"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanStream Of<THead>(TensorOperand operand, int batch, int head, int first)
        where THead : struct, ITensorHead
    {
        long row = first + Row<THead>();
        TensorSpanStream stream;
        stream.Address = operand.Address
            + (((batch * operand.Batch) + (head * operand.Head) + (row * operand.Time) + Column<THead>()) * sizeof(float));
        return stream;
    }

    /// <summary>The stream behind a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanStream Next(TensorSpanStream stream, TensorOperand operand)
    {
        stream.Address += operand.Time * (TensorRows.Streamed * sizeof(float));
        return stream;
    }

    /// <summary>The stream before a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanStream Previous(TensorSpanStream stream, TensorOperand operand)
    {
        stream.Address -= operand.Time * (TensorRows.Streamed * sizeof(float));
        return stream;
    }

    /// <summary>Queues the copies of a tile.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="operand">Whose rows they are.</param>
    /// <param name="count">Rows that exist, more or less than a tile has; the others become zeros.</param>
    /// <param name="place">Where the tile comes to lie in shared memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy<THead>(TensorSpanStream stream, TensorOperand operand, int count, uint place)
        where THead : struct, ITensorHead
    {
        int pass = TensorRows.GroupSize * 4 / default(THead).Width;
        long address = stream.Address, passBytes = operand.Time * (pass * sizeof(float));
        count -= Row<THead>();
        place += (uint)((Row<THead>() * TensorRows.RowBytes<THead>()) + (Column<THead>() * sizeof(float)));
        for (int row = 0; TensorRows.IsRolled(row < TensorRows.Streamed); row += pass)
        {
            int bytes = row < count ? 16 : 0;
            if (operand.Aligned != 0)
            {
                CudaAsm.Emit("cp.async.cg.shared.global [%0], [%1], 16, %2;", place, address, bytes);
            }
            else
            {
                int word = bytes / 4;
                CudaAsm.Emit("cp.async.ca.shared.global [%0], [%1], 4, %2;", place, address, word);
                CudaAsm.Emit("cp.async.ca.shared.global [%0], [%1], 4, %2;", place + 4, address + 4, word);
                CudaAsm.Emit("cp.async.ca.shared.global [%0], [%1], 4, %2;", place + 8, address + 8, word);
                CudaAsm.Emit("cp.async.ca.shared.global [%0], [%1], 4, %2;", place + 12, address + 12, word);
            }

            place += (uint)(pass * TensorRows.RowBytes<THead>());
            address += passBytes;
        }

        TensorCopy.Commit();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Row<THead>()
        where THead : struct, ITensorHead => Group.IdxX / (default(THead).Width / 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Column<THead>()
        where THead : struct, ITensorHead => Group.IdxX % (default(THead).Width / 4) * 4;
}
