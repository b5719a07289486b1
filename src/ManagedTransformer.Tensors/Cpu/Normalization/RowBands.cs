using ManagedTransformer.Tensors.Cpu.Reductions;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>Bands of rows that each sum their part of a weight gradient; the parts are added in the order of the bands.</summary>
internal static unsafe class RowBands<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private const long Shortest = 16, Most = 32;

    /// <summary>Rows per band, from the number of rows alone.</summary>
    public static long Length(long rows) => Math.Max(Shortest, (rows + Most - 1) / Most);

    /// <summary>Number of bands.</summary>
    public static long Count(long rows) => (rows + Length(rows) - 1) / Length(rows);

    /// <summary>y[i] = sum over bands of part[band, i].</summary>
    public static void Combine(float* parts, float* y, long bands, int width) =>
        ColumnFold<TOps, TVector, SumFold<TOps, TVector>, ColumnElements<TOps, TVector>>.Run(new ColumnElements<TOps, TVector>(parts), y, 1,
            bands, width);
}
