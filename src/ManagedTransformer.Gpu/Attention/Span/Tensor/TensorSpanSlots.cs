using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Products of 32 queries with what lies on diagonals of 64 owned rows, in shared memory: of owned keys positions, of owned slots keys or
/// values. Those are up to 95 rows of a ring. Warps share the work, since what a query needs is not that of 16 owned rows alone.
/// </summary>
internal static class TensorSpanSlots
{
    /// <summary>Shared memory of a group.</summary>
    public const int Bytes = TensorRows.Streamed * RowBytes;

    // Room for keys before the owned ones and behind them, and no two lanes in one bank that read four queries by eight keys.
    private const int RowBytes = 116 * sizeof(float);

    // The column of the first owned key.
    private const int Owned = 32;

    /// <summary>Computes them: a warp takes 16 queries and 48 or 32 of the 80 rows that they need.</summary>
    /// <param name="queryRows">The queries' rows, or their output gradients'.</param>
    /// <param name="ringRows">The ring.</param>
    /// <param name="piece">
    /// Its first piece: for owned keys it begins 32 slots before the one that the first key is to the first query, for owned slots with the
    /// key that the first slot is to the first query.
    /// </param>
    /// <param name="place">Where the products come to lie.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute<THead, TPrecision, TRows>(uint queryRows, uint ringRows, int piece, uint place)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
        where TRows : struct, ITensorSpanRows
    {
        int lane = Group.IdxX & 31, warp = Group.IdxX >> 5, half = warp & 1;
        uint left = queryRows + TensorRows.LeftPlace<THead>(half * 16, lane), right = ringRows + TensorRows.RightPlace<THead>(lane);

        // Of owned keys the first 16 queries need no slots of the first piece and the others none of the last; of owned slots the other way
        // round.
        bool hasKeys = default(TRows).Step != 0;
        int first = (hasKeys ? 1 - half : half) + (warp > 1 ? 3 : 0), query = (half * 16) + TensorScores.Row;
        int column = (first * 16) + TensorScores.Column + (hasKeys ? 0 : Owned);
        uint row = place + (uint)((query * Slant<TRows>()) + (column * sizeof(float)));
        piece = TensorSpanPositions.Move(piece, first);
        TensorSpanProduct.Dots<THead, TPrecision>(left, right + TensorSpanPositions.Place<THead>(piece),
            right + TensorSpanPositions.Place<THead>(TensorSpanPositions.Move(piece, 1)));
        Store<TRows>(row);
        StoreSecond<TRows>(row);
        if (warp < 2)
        {
            uint last = right + TensorSpanPositions.Place<THead>(TensorSpanPositions.Move(piece, 2));
            TensorSpanProduct.Dots<THead, TPrecision>(left, last, last);
            Store<TRows>(row + (32 * sizeof(float)));
        }
    }

    /// <summary>Adds them to a band of scores or gradients, whose rows are owned ones of a warp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(int band, uint place)
    {
        int owned = ((Group.IdxX >> 5) * 16) + TensorScores.Row;
        place += (uint)((TensorScores.Column * RowBytes) + ((Owned + owned) * sizeof(float)));
        Load(place);
        TensorSums.AddFirst(band);
        Load(place + (16 * RowBytes));
        TensorSums.AddSecond(band);
    }

    // From one query to the next, where a column belongs to the same row of the ring: that is one owned key further, or one slot before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Slant<TRows>()
        where TRows : struct, ITensorSpanRows => default(TRows).Step != 0 ? RowBytes + sizeof(float) : RowBytes - sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TRows>(uint row)
        where TRows : struct, ITensorSpanRows
    {
        uint lower = row + (uint)(8 * Slant<TRows>());
        CudaAsm.Emit(TensorText.StoreSlots0, row, row + 4, lower, lower + 4);
        CudaAsm.Emit(TensorText.StoreSlots1, row + 32, row + 36, lower + 32, lower + 36);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreSecond<TRows>(uint row)
        where TRows : struct, ITensorSpanRows
    {
        uint lower = row + (uint)(8 * Slant<TRows>());
        CudaAsm.Emit(TensorText.StoreSlots2, row + 64, row + 68, lower + 64, lower + 68);
        CudaAsm.Emit(TensorText.StoreSlots3, row + 96, row + 100, lower + 96, lower + 100);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(uint place)
    {
        CudaAsm.Emit(TensorText.LoadSums0, place, place + RowBytes);
        CudaAsm.Emit(TensorText.LoadSums1, place + (8 * RowBytes), place + (9 * RowBytes));
    }
}
