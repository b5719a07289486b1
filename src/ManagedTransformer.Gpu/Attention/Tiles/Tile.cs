using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The tile that all mechanisms of attention share: 64 x 64 numbers by 256 threads, 4 x 4 each in registers. A group owns 64 rows of its
/// result and streams over the rows of the other side; in a tile of scores or weights the streamed rows are rows and the owned ones
/// columns, so that the next product, result += weights^T rows, reads both of its sides from shared memory by rows.
/// </summary>
internal static class Tile
{
    public const int Size = 64, GroupSize = 256;

    /// <summary>Quads in a row of a tile.</summary>
    public const int Quads = Size / 4;

    /// <summary>
    /// Quads from one row in shared memory to the next: one more than there are, so that columns fall into different banks.
    /// </summary>
    public const int Stride = Quads + 1;

    /// <summary>The number of terms of a product that are loaded at a time.</summary>
    public const int Depth = 16;

    /// <summary>Quads of shared memory for a tile, and for a strip of <see cref="Depth"/> rows.</summary>
    public const int TileMemory = Size * Stride, StripMemory = Depth * Stride;

    /// <summary>Widest result of a group: two tiles.</summary>
    public const int ResultWidth = 2 * Size;

    /// <summary>The thread's quad of rows, 0 to 15.</summary>
    public static int Row => Group.IdxX >> 4;

    /// <summary>The thread's quad of columns, 0 to 15.</summary>
    public static int Column => Group.IdxX & 15;

    /// <summary>Tiles that cover a number of rows.</summary>
    public static int Count(int rows) => (rows + Size - 1) / Size;

    /// <summary>Groups that share the columns of a result among them, at least 1.</summary>
    public static int ResultParts(int width) => Math.Max((width + ResultWidth - 1) / ResultWidth, 1);
}
