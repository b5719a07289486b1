using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Four neighbouring numbers of a row, in named fields: they stay in registers, where an array would not, and are read from shared memory
/// at once.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct TileRow4
{
    public float A, B, C, D;

    /// <summary>sum + factor x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRow4 Add(TileRow4 sum, float factor, TileRow4 x)
    {
        sum.A = FusedProduct.Add(factor, x.A, sum.A);
        sum.B = FusedProduct.Add(factor, x.B, sum.B);
        sum.C = FusedProduct.Add(factor, x.C, sum.C);
        sum.D = FusedProduct.Add(factor, x.D, sum.D);
        return sum;
    }
}
