using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>Keys or values that 64 queries stream over: those of the window, then persistent ones.</summary>
internal static class TensorSpanBand
{
    /// <summary>The first tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanStream First<THead>(TensorOperand window, TensorSpanTiles tiles, int batch, int head)
        where THead : struct, ITensorHead => TensorSpanStream.Of<THead>(window, batch, head, tiles.Begin);

    /// <summary>Queues the copies of a tile; behind the last one there are zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy<THead>(TensorSpanStream stream, TensorOperand window, TensorOperand persistent, SpanArguments arguments,
        TensorSpanTiles tiles, int tile, uint place)
        where THead : struct, ITensorHead
    {
        bool isWindow = tile < tiles.Window;
        int rows = isWindow ? arguments.Length + arguments.QueryLength : arguments.Persistent;
        TensorOperand operand = window;
        operand.Time = isWindow ? window.Time : persistent.Time;
        operand.Aligned = isWindow ? window.Aligned : persistent.Aligned;
        TensorSpanStream.Copy<THead>(stream, operand, rows - TensorSpanTiles.Row(tiles, tile), place);
    }

    /// <summary>The tile behind one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanStream Next<THead>(
        TensorSpanStream stream, TensorOperand window, TensorOperand persistent, TensorSpanTiles tiles, int tile, int head)
        where THead : struct, ITensorHead
    {
        if (tile + 1 == tiles.Window)
        {
            return TensorSpanStream.Of<THead>(persistent, 0, head, 0);
        }

        return TensorSpanStream.Next(stream, tile < tiles.Window ? window : persistent);
    }
}
