using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Numbers of a warp's 16 queries by key, in shared memory: what a product has by slot lies there on diagonals. A ring of 64 keys, which
/// are those of the tile, 16 before it and 15 after it. Neither the lanes that write or read the tile nor most of those that follow
/// diagonals share banks.
/// </summary>
internal static class TensorSpanRing
{
    /// <summary>Shared memory of a group.</summary>
    public const int Bytes = Tile.Size * RowBytes;

    private const int RowBytes = (64 + 8) * sizeof(float);

    /// <summary>From the lane's first row to its second one.</summary>
    private const int Lower = 8 * RowBytes;

    /// <summary>Bytes from the start to the lane's first row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Place() => (uint)((((Group.IdxX >> 5) * 16) + TensorScores.Row) * RowBytes);

    /// <summary>Sets all of a warp's numbers to zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clear(uint ring)
    {
        int lane = Group.IdxX & 31;
        uint place = ring + (uint)((((Group.IdxX >> 5) * 16) + (lane >> 4)) * RowBytes) + (uint)((lane & 15) * 16);
        for (int row = 0; TensorRows.IsRolled(row < 16); row += 2)
        {
            CudaAsm.Emit("st.shared.v4.f32 [%0], {z,z,z,z};", place);
            place += 2 * RowBytes;
        }
    }

    /// <summary>Bytes from a row's start to the lane's first number of a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint TilePlace(int tile) => (uint)(((tile & 1) * 128) + (TensorScores.Column * sizeof(float)));

    /// <summary>
    /// The same along the diagonal of the lane's first row, where the first column is the slot that the tile's first key is to the warp's
    /// first query.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Diagonal(int tile) => TilePlace(tile) + (uint)(TensorScores.Row * sizeof(float));

    /// <summary>The same for a first column 16 slots before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint DiagonalBehind(int tile) => Diagonal(tile) + 192;

    /// <summary>Writes the band of scores, whose columns are slots from the tile's first one on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSlots(uint row, uint diagonal)
    {
        uint lower = row + Lower;
        CudaAsm.Emit(TensorText.StoreSlots0, At(row, diagonal), At(row, diagonal + 4), At(lower, diagonal + 32), At(lower, diagonal + 36));
        CudaAsm.Emit(
            TensorText.StoreSlots1, At(row, diagonal + 32), At(row, diagonal + 36), At(lower, diagonal + 64), At(lower, diagonal + 68));
        CudaAsm.Emit(
            TensorText.StoreSlots2, At(row, diagonal + 64), At(row, diagonal + 68), At(lower, diagonal + 96), At(lower, diagonal + 100));
        CudaAsm.Emit(
            TensorText.StoreSlots3, At(row, diagonal + 96), At(row, diagonal + 100), At(lower, diagonal + 128), At(lower, diagonal + 132));
    }

    /// <summary>Adds a tile to the band of scores.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddTile(uint row, uint tile)
    {
        CudaAsm.Emit(TensorText.LoadTile, row + tile, row + Lower + tile);
        TensorSums.AddFirst(TensorHeadProduct.Scores);
        CudaAsm.Emit(TensorText.LoadTile, row + tile + 64, row + Lower + tile + 64);
        TensorSums.AddSecond(TensorHeadProduct.Scores);
    }

    /// <summary>Writes a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTile(uint row, uint tile, QuadBlock block)
    {
        StoreTile(row + tile, block.R0);
        StoreTile(row + tile + 32, block.R1);
        StoreTile(row + tile + 64, block.R2);
        StoreTile(row + tile + 96, block.R3);
    }

    /// <summary>
    /// Reads a fragment of 8 columns as the left side of a product, in the order of <see cref="TensorRows.AcrossPlace"/>.
    /// </summary>
    /// <param name="row">The lane's first row.</param>
    /// <param name="column">Bytes from a row's start to the lane's first number.</param>
    /// <param name="slant">Bytes by which it lies further in the row 8 below: 0 by key, 32 by slot.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadLeft(uint row, uint column, uint slant)
    {
        uint lower = row + Lower;
        if (slant == 0)
        {
            CudaAsm.Emit(TensorText.LoadKeys, row + column, lower + column);
        }
        else
        {
            CudaAsm.Emit(
                TensorText.LoadSlots, At(row, column), At(row, column + 4), At(lower, column + slant), At(lower, column + slant + 4));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint At(uint row, uint column) => row + (column & 255);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTile(uint place, Quad values)
    {
        CudaAsm.Emit("st.shared.v2.f32 [%0], {%1,%2};", place, values.X, values.Y);
        CudaAsm.Emit("st.shared.v2.f32 [%0], {%1,%2};", place + Lower, values.Z, values.W);
    }
}
