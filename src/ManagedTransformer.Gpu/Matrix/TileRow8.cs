using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>Eight numbers of a row in named fields: four neighbours in the left half of a tile and four in the right half.</summary>
internal struct TileRow8
{
    public TileRow4 Left, Right;

    /// <summary>sum + factor (left, right).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRow8 Add(TileRow8 sum, float factor, TileRow4 left, TileRow4 right)
    {
        sum.Left = TileRow4.Add(sum.Left, factor, left);
        sum.Right = TileRow4.Add(sum.Right, factor, right);
        return sum;
    }
}
