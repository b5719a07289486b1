using System.Numerics;
using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The k largest of every row: rounds of sorted chunks (<see cref="TopKCode"/>), or a sort of whole rows where a chunk could not leave out
/// half of its elements.
/// </summary>
internal static class TopKLauncher
{
    private const int MostGroups = 256;

    // Keys of rows that are sorted whole at a time, 128 MiB.
    private const long MostKeys = 1L << 24;

    /// <summary>Values and indices of the k largest of every row, the largest first; of equal ones the smaller index.</summary>
    public static void Run(GpuDevice device, DeviceBuffer x, DeviceBuffer values, DeviceBuffer indices, long rows, int n, int k)
    {
        if (rows == 0 || k == 0)
        {
            return;
        }

        if (n <= TopKCode.Capacity || k <= TopKCode.Capacity / 2)
        {
            RunInRounds(device, new TopKArguments
            {
                X = x.Floats(),
                Values = values.Floats(),
                Indices = indices.Integers(),
                Rows = rows,
                N = n,
                K = k,
                Length = n,
            });
        }
        else
        {
            SortRows(device, x.Floats(), values.Floats(), indices.Integers(), rows, n, k);
        }
    }

    private static void RunInRounds(GpuDevice device, TopKArguments arguments)
    {
        long rows = arguments.Rows;
        int chunks = (arguments.Length + TopKCode.Capacity - 1) / TopKCode.Capacity;
        using DeviceScratch scratch = new(device, chunks > 1 ? 2 * DeviceScratch.Room<ulong>(rows * chunks * arguments.K) : 0);
        ArrayView<ulong> next = chunks > 1 ? scratch.Take<ulong>(rows * chunks * arguments.K) : default;
        ArrayView<ulong> other = chunks > 1 ? scratch.Take<ulong>(rows * chunks * arguments.K) : default;
        do
        {
            chunks = (arguments.Length + TopKCode.Capacity - 1) / TopKCode.Capacity;
            arguments.Chunks = chunks;
            arguments.ChunkBits = chunks > 1 ? Logarithm(TopKCode.Capacity) : Logarithm(arguments.Length);
            arguments.Kept = arguments.K;
            arguments.Best = next;
            long all = rows * chunks;
            arguments.PerGroup = (int)Math.Clamp(all / MostGroups, 1, TopKCode.Capacity >> arguments.ChunkBits);
            int groups = checked((int)((all + arguments.PerGroup - 1) / arguments.PerGroup));
            device.Launch(TopKCode.Run, new Index3D(groups, 1, 1), TopKCode.GroupSize, arguments);
            arguments.Keys = next;
            arguments.HasKeys = 1;
            arguments.Length = chunks * arguments.Kept;
            (next, other) = (other, next);
        }
        while (chunks > 1);
    }

    private static void SortRows(GpuDevice device, ArrayView<float> x, ArrayView<float> values, ArrayView<int> indices,
        long rows, int n, int k)
    {
        int rowBits = Logarithm(n);
        long most = Math.Max(1, MostKeys >> rowBits);
        using DeviceScratch scratch = new(device, DeviceScratch.Room<ulong>(Math.Min(rows, most) << rowBits));
        ArrayView<ulong> keys = scratch.Take<ulong>(Math.Min(rows, most) << rowBits);
        for (long row = 0; row < rows; row += most)
        {
            SortRows(device, new RowSortArguments
            {
                X = x.SubView(row * n, x.Length - (row * n)),
                Values = values.SubView(row * k, values.Length - (row * k)),
                Indices = indices.SubView(row * k, indices.Length - (row * k)),
                Keys = keys,
                Rows = Math.Min(most, rows - row),
                N = n,
                K = k,
                RowBits = rowBits,
            });
        }
    }

    private static void SortRows(GpuDevice device, RowSortArguments arguments)
    {
        var blocks = new Index3D(checked((int)(arguments.Rows << (arguments.RowBits - RowSortCode.BlockBits))), 1, 1);
        device.Launch(RowSortCode.SortBlocks, blocks, RowSortCode.GroupSize, arguments);
        for (int stage = RowSortCode.BlockBits + 1; stage <= arguments.RowBits; stage++)
        {
            arguments.Size = 1L << stage;
            for (arguments.DistanceBits = stage - 1; arguments.DistanceBits >= RowSortCode.BlockBits; arguments.DistanceBits--)
            {
                device.LaunchOver(RowSortCode.Step, arguments.Rows << (arguments.RowBits - 1), arguments);
            }

            device.Launch(RowSortCode.FinishStage, blocks, RowSortCode.GroupSize, arguments);
        }

        device.LaunchOver(RowSortCode.Emit, arguments.Rows * arguments.K, arguments);
    }

    private static int Logarithm(int n) => Math.Max(1, BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)n)));
}
