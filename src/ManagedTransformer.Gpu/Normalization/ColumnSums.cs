using System.Numerics;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Sums over rows, such as the gradients of gains and biases, in an order that the shape fixes: bands of rows are summed by groups that run
/// at the same time, and a second launch adds the bands' sums. Few rows are one band and one launch.
/// </summary>
internal static class ColumnSums
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 256;

    private const int MostColumns = 32, RowsPerThread = 8, WantedGroups = 1024;

    /// <summary>a[column] and b[column] = the sums of the terms over all rows, divided by a number.</summary>
    /// <param name="device">Where.</param>
    /// <param name="term">What is added up.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="width">How many columns.</param>
    /// <param name="a">The sums of the first numbers.</param>
    /// <param name="b">Those of the second ones; empty if they are not wanted.</param>
    /// <param name="divisor">The number.</param>
    public static void Run<TTerm>(
        GpuDevice device, TTerm term, long rows, int width, ArrayView<float> a, ArrayView<float> b = default, float divisor = 1)
        where TTerm : struct, IColumnTerm
    {
        int columnBits = BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(width, 1, MostColumns)));
        int blocks = (width + (1 << columnBits) - 1) >> columnBits, lanes = GroupSize >> columnBits;
        long wanted = Math.Clamp(rows / (lanes * RowsPerThread), 1, Math.Max(1, WantedGroups / Math.Max(1, blocks)));
        long band = Math.Max(1, (rows + wanted - 1) / wanted), bands = Math.Max(1, (rows + band - 1) / band);
        var arguments = new ColumnSumArguments<TTerm>
        {
            Term = term,
            A = a,
            B = b,
            Rows = rows,
            Band = band,
            Width = width,
            ColumnBits = columnBits,
            HasB = b.Length > 0 ? 1 : 0,
            Divisor = bands == 1 ? divisor : 1,
        };
        if (bands == 1)
        {
            device.Launch(ColumnSumCode.Run<TTerm>, new Index3D(blocks, 1, 1), GroupSize, arguments);
            return;
        }

        using var scratch = new DeviceScratch(device, 2 * DeviceScratch.Room<float>(bands * width));
        (arguments.A, arguments.B) = (scratch.Take<float>(bands * width), scratch.Take<float>(bands * width));
        device.Launch(ColumnSumCode.Run<TTerm>, new Index3D(blocks, (int)bands, 1), GroupSize, arguments);
        var parts = new ColumnSumArguments<BandSumTerm>
        {
            Term = new BandSumTerm { A = arguments.A, B = arguments.B, Width = width, HasB = arguments.HasB },
            A = a,
            B = b,
            Rows = bands,
            Band = bands,
            Width = width,
            ColumnBits = columnBits,
            HasB = arguments.HasB,
            Divisor = divisor,
        };
        device.Launch(ColumnSumCode.Run<BandSumTerm>, new Index3D(blocks, 1, 1), GroupSize, parts);
    }
}
