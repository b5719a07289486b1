namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Rows of a block, cut into tiles: whole ones below each other, and one or two lower ones behind them where the last would have so few
/// rows that its sums waited for each other.
/// </summary>
internal readonly struct BlockRows
{
    private const int LeastRows = 4;

    /// <summary>Cuts so many rows into tiles of a height.</summary>
    public BlockRows(int rows, int height)
    {
        (Height, Whole) = (height, rows / height);
        Rest = rows - (Whole * height);
        if (Rest is > 0 and < LeastRows && Whole > 0)
        {
            Whole--;
            Second = (Rest + height) / 2;
            Rest += height - Second;
        }
    }

    /// <summary>Rows of a whole tile.</summary>
    public int Height { get; }

    /// <summary>Number of whole tiles.</summary>
    public int Whole { get; }

    /// <summary>Rows of the tile behind them; 0: there is none.</summary>
    public int Rest { get; }

    /// <summary>Rows of the last tile behind that one; 0: there is none.</summary>
    public int Second { get; }
}
