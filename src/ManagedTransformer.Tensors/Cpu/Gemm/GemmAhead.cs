using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// What a micro-tile asks for while it computes, a line per step of k: so slowly asked for, memory that is needed much later comes without
/// delaying anything.
/// </summary>
internal readonly unsafe struct GemmAhead(float* start, nint step)
{
    /// <summary>An element of the first line.</summary>
    public readonly float* Start = start;

    /// <summary>Elements from one line to the next.</summary>
    public readonly nint Step = step;

    /// <summary>
    /// Rows behind a panel of A that is read in place. Where rows are not much longer than their part of this block, the next panel is one
    /// piece of memory. Where they are, a micro-tile asks for one column of lines of as many panels as a row has lines, and the micro-tiles
    /// of those panels for all columns of the panels behind them.
    /// </summary>
    /// <param name="panel">First element of the panel.</param>
    /// <param name="index">Number of the panel within its tile.</param>
    /// <param name="height">Rows of a panel.</param>
    /// <param name="stride">From one row to the next.</param>
    /// <param name="length">Steps of k.</param>
    /// <param name="rows">Rows from the panel's first one to the end of A.</param>
    public static GemmAhead Rows(float* panel, int index, int height, nint stride, int length, int rows)
    {
        int lines = Math.Max((length + Prefetch.Line - 1) / Prefetch.Line, 1), column = index % lines;
        bool isOnePiece = height * stride <= Prefetch.Line * length;
        int distance = isOnePiece ? height : (lines - column) * height;
        return distance >= rows
            ? Nothing(panel)
            : new GemmAhead(panel + (distance * stride) + (isOnePiece ? 0 : column * Prefetch.Line), isOnePiece ? Prefetch.Line : stride);
    }

    /// <summary>Nothing but memory that is at hand.</summary>
    public static GemmAhead Nothing(float* atHand) => new(atHand, 0);
}
