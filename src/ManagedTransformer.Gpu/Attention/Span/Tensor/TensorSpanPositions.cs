using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Positions in shared memory: a ring of 96 rows. While a group is at a tile of 32 keys, it has the slots that these are to any of its 64
/// queries, and every tile brings 32 new ones. A warp, whose 16 queries see others than those of the next warp, finds them by pieces of 16.
/// </summary>
internal static class TensorSpanPositions
{
    /// <summary>Rows of the ring.</summary>
    public const int Rows = 3 * TensorRows.Streamed;

    private const int Pieces = Rows / 16;

    /// <summary>The warp's piece at the first tile: that of the slots which its tile's keys are to its first query.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int First() => Wrap(-(Group.IdxX >> 5));

    /// <summary>The piece that lies so many pieces behind another one, or before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Move(int piece, int by) => Wrap(piece + by);

    /// <summary>Bytes from the start of the ring to a piece.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Place<THead>(int piece)
        where THead : struct, ITensorHead => (uint)(piece * 16 * TensorRows.RowBytes<THead>());

    /// <summary>Queues zeros for the slots before those of the first tile: nobody computes them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clear<THead>(TensorSpanStream stream, TensorOperand positions, uint ring)
        where THead : struct, ITensorHead
    {
        Copy<THead>(stream, positions, 0, 1, ring);
        Copy<THead>(stream, positions, 0, 2, ring);
    }

    /// <summary>Queues the copies of the 32 rows that a tile brings.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="positions">All positions.</param>
    /// <param name="slots">Slots from the tile's first one to the last: behind them there are zeros.</param>
    /// <param name="tile">The tile.</param>
    /// <param name="ring">The ring.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy<THead>(TensorSpanStream stream, TensorOperand positions, int slots, int tile, uint ring)
        where THead : struct, ITensorHead => TensorSpanStream.Copy<THead>(
        stream, positions, slots, ring + (uint)(tile % 3 * TensorRows.Streamed * TensorRows.RowBytes<THead>()));

    /// <summary>Queues the copies of two pieces, of the slots from <paramref name="slot"/> on, a multiple of 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyPieces<THead>(TensorSpanStream stream, TensorOperand positions, int length, int slot, int piece, uint ring)
        where THead : struct, ITensorHead =>
        TensorSpanStream.Copy<THead>(stream, positions, slot < 0 ? 0 : length - slot, ring + Place<THead>(piece));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Wrap(int piece) => piece < 0 ? piece + Pieces : piece >= Pieces ? piece - Pieces : piece;
}
