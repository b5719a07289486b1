using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>Eight numbers of a row in named fields: four neighbours in the left half of a tile and four in the right half.</summary>
internal struct TileRow8
{
    public Quad Left, Right;

    /// <summary>sum + factor (left, right).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRow8 Add(TileRow8 sum, float factor, Quad left, Quad right)
    {
        sum.Left = Quad.AddScaled(sum.Left, left, factor);
        sum.Right = Quad.AddScaled(sum.Right, right, factor);
        return sum;
    }
}
