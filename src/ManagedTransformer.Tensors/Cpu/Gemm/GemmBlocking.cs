namespace ManagedTransformer.Tensors.Cpu;

/// <summary>The cuts of a product, decided by its shape and strides alone.</summary>
internal readonly struct GemmBlocking
{
    /// <summary>Rows of C for which A is packed at a time.</summary>
    public const int MaxRows = 2304;

    /// <summary>Columns of C for which B is packed at a time.</summary>
    public const int MaxColumns = 2048;

    /// <summary>Longest block of k: its panels of A and B stay in the second-level cache.</summary>
    private const int MaxKBlock = 384;

    /// <summary>Blocks of k that are packed at a time.</summary>
    private const int KBlocksAtOnce = 4;

    /// <summary>
    /// Largest tile of C. It is wide, so that most often one tile alone uses its rows of A and packs them where they stay in its cache:
    /// packed for several tiles, they come back from the third.
    /// </summary>
    private const int TileRows = 96, TileColumns = 1024;

    /// <summary>
    /// Up to so many rows, tiles take all rows and few of at least twice as many columns, so that one tile alone uses its columns of B.
    /// </summary>
    private const int WholeRows = 256;

    /// <summary>Rows that find room in the first cache however far apart they are.</summary>
    private const int FewConflicts = 8;

    /// <summary>
    /// Panels of the other factor from which on packing pays although the rows of a factor lie near to each other; where they do not, of B
    /// that pass A, of A that pass B.
    /// </summary>
    private const int PassesOfNear = 32, PassesOfFarA = 2, PassesOfFarB = 4;

    /// <summary>
    /// The same where rows are steps of k and micro-tiles are low: their steps are short and wait for the lines that they read in place, of
    /// A^T only parts of them.
    /// </summary>
    private const int PassesOfNearSteps = 6, LowRows = 8;

    /// <summary>Elements between rows up to which a block's rows lie in pages that the processor remembers.</summary>
    private const int NearStride = 768;

    /// <summary>Elements in half a page: rows a multiple of it apart compete for the same few cache lines.</summary>
    private const int ConflictingStride = 512;

    /// <summary>Tiles to aim at, so that threads finish together.</summary>
    private const int WantedTiles = 8;

    /// <summary>A multiple of so many equal tiles leaves none of 2 or 4 threads without work at the end.</summary>
    private const int TilesAtOnce = 4;

    /// <summary>Multiply-adds that are worth handing to another thread.</summary>
    private const long TileWork = 1 << 17;

    /// <summary>Steps of k per block.</summary>
    public readonly int KBlock;

    /// <summary>Steps of k that are packed at a time.</summary>
    public readonly int Depth;

    /// <summary>True if A is packed; otherwise it is read in place.</summary>
    public readonly bool PackA;

    /// <summary>True if all of B is packed; otherwise it is read in place but for columns that do not fill a vector.</summary>
    public readonly bool PackB;

    /// <summary>Decides for a problem and a micro-tile of the given size.</summary>
    public GemmBlocking(in GemmProblem p, int rows, int width)
    {
        int blocks = Math.Max(1, (p.K + MaxKBlock - 1) / MaxKBlock);
        KBlock = Math.Max(4, ((p.K + blocks - 1) / blocks + 3) & ~3);
        Depth = KBlocksAtOnce * KBlock;

        // A that is not transposed is read along few rows, to which pages do not matter.
        bool isNearA = p.TransposeA ? IsNear(p.Lda) : p.Lda % ConflictingStride != 0 || p.M <= FewConflicts;
        int passesOfSteps = rows < LowRows ? PassesOfNearSteps : PassesOfNear;
        PackA = p.N > width * (!isNearA ? PassesOfFarA : p.TransposeA ? passesOfSteps : PassesOfNear);
        PackB = p.TransposeB || p.M > rows * (IsNear(p.Ldb) ? passesOfSteps : PassesOfFarB);
    }

    /// <summary>Number of panels of a width that cover an extent.</summary>
    public static int Panels(int extent, int width) => (extent + width - 1) / width;

    /// <summary>The extent in whole panels.</summary>
    public static int RoundUp(int extent, int width) => Panels(extent, width) * width;

    /// <summary>Start and end of one of so many parts of an extent: whole panels, as equal as they can be.</summary>
    public static (int Start, int End) Range(int part, int parts, int extent, int width)
    {
        long panels = Panels(extent, width);
        return ((int)(panels * part / parts) * width, Math.Min(extent, (int)(panels * (part + 1) / parts) * width));
    }

    /// <summary>
    /// Number of tiles along the rows and along the columns for a part of C; no more than the caches ask for if one thread computes all of
    /// them.
    /// </summary>
    public static (int RowTiles, int ColumnTiles) Split(int rows, int columns, int depth, int panelRows, int panelColumns, bool oneThread)
    {
        int rowPanels = Panels(rows, panelRows), columnPanels = Panels(columns, panelColumns);
        int rowTiles = Panels(rows, TileRows), columnTiles = Panels(columns, TileColumns);
        if (rowTiles > TilesAtOnce)
        {
            rowTiles = RoundUp(rowTiles, TilesAtOnce);
        }

        if (rows <= WholeRows && columns >= 2 * rows && columns > WholeRows)
        {
            (rowTiles, columnTiles) = (1, RoundUp(Panels(columns, TileRows), TilesAtOnce));
        }

        long work = (long)rows * columns * Math.Max(1, depth);
        while (!oneThread && rowTiles * columnTiles < WantedTiles && work / (rowTiles * columnTiles) > 2 * TileWork)
        {
            bool splitRows = rows / rowTiles >= columns / columnTiles;
            if (splitRows && 2 * rowTiles <= rowPanels)
            {
                rowTiles *= 2;
            }
            else if (2 * columnTiles <= columnPanels)
            {
                columnTiles *= 2;
            }
            else if (2 * rowTiles <= rowPanels)
            {
                rowTiles *= 2;
            }
            else
            {
                break;
            }
        }

        return (Math.Min(rowTiles, rowPanels), Math.Min(columnTiles, columnPanels));
    }

    private static bool IsNear(long stride) => stride <= NearStride && stride % ConflictingStride != 0;
}
