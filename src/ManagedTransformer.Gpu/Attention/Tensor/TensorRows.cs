using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Rows of a head in shared memory: whole ones, with 16 bytes of padding, so that neither the eight rows that <c>ldmatrix</c> reads at a
/// time nor the four pairs of rows that a warp reads number by number share banks. As operands they lie along K in the product that gives
/// scores, and across K in the one that weighs rows.
/// </summary>
internal static class TensorRows
{
    /// <summary>Threads of a group: four warps, each with 16 of the rows that the group owns.</summary>
    public const int GroupSize = 128;

    /// <summary>Rows that are streamed at a time.</summary>
    public const int Streamed = 32;

    /// <summary>Bytes from one row to the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RowBytes<THead>()
        where THead : struct, ITensorHead => (default(THead).Width + 4) * sizeof(float);

    /// <summary>The calling thread's share of the copies of rows of one head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSource Source<THead>(TensorOperand operand, int batch, int head, int first, int limit)
        where THead : struct, ITensorHead
    {
        int width = default(THead).Width;
        long start = operand.Address + (((batch * operand.Batch) + (head * operand.Head)) * sizeof(float));
        return RowSlices.Chunks(GroupSize, width / 4, sizeof(float), RowBytes<THead>(), start, operand.Time, first, limit, 0, width);
    }

    /// <summary>The same for the next rows of a stream.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSource Next(TensorSource source, TensorOperand operand)
    {
        source.Address += Streamed * operand.Time * sizeof(float);
        source.Across -= Streamed;
        return source;
    }

    /// <summary>Queues the copies of a number of rows, a multiple of 32, and ends their group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy<THead>(TensorSource source, int rows, uint place, int aligned)
        where THead : struct, ITensorHead
    {
        int passes = rows * default(THead).Width / (4 * GroupSize), most = 2;
        for (int pass = 0; IsRolled(pass < passes); pass += most)
        {
            TensorCopy.Slice(source, most, place, aligned);
            source.Address += most * source.PassBytes;
            source.Place += most * source.PassPlace;
            source.Across -= most * source.PassAcross;
        }

        TensorCopy.Commit();
    }

    /// <summary>Says, within the condition of a loop, that it stays one: unrolled, some need more registers than there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsRolled(bool goesOn)
    {
        CudaAsm.Emit(".pragma \"nounroll\";");
        return goesOn;
    }

    /// <summary>Waits until all rows that anybody in the group has queued are there, and all have come so far.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Await()
    {
        CudaAsm.Emit("cp.async.wait_group 0;");
        Group.Barrier();
    }

    /// <summary>Bytes from the first row to the lane's part of the fragment of 16 rows and 8 k of A.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LeftPlace<THead>(int row, int lane)
        where THead : struct, ITensorHead => (uint)(((row + (lane & 15)) * RowBytes<THead>()) + ((lane >> 4) * 16));

    /// <summary>Bytes from the first row to the lane's part of the fragments of 8 k and 32 rows of B transposed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint RightPlace<THead>(int lane)
        where THead : struct, ITensorHead => (uint)((((lane & 7) + ((lane >> 4) * 8)) * RowBytes<THead>()) + (((lane >> 3) & 1) * 16));

    /// <summary>
    /// Bytes from the first row to the lane's part of the fragments of 8 rows and 32 columns of B. What the product calls k and k + 4 are
    /// the rows 2 k and 2 k + 1, since these are the columns of scores that a lane has.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AcrossPlace<THead>(int lane)
        where THead : struct, ITensorHead => (uint)(((lane & 3) * 2 * RowBytes<THead>()) + ((lane >> 2) * sizeof(float)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadLeft(uint address) => CudaAsm.Emit(TensorText.LoadLeftAlong, address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadRight<THead>(uint address)
        where THead : struct, ITensorHead => LoadRight(address, address + (uint)(16 * RowBytes<THead>()));

    /// <summary>The same where the second 16 rows lie elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadRight(uint first, uint second) => CudaAsm.Emit(TensorText.LoadRightAlong, first, second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadAcross<THead>(uint address)
        where THead : struct, ITensorHead => CudaAsm.Emit(TensorText.LoadRightAcross, address, address + (uint)RowBytes<THead>());
}
