using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Reads and additions at indices on a GPU. Additions to places that several indices name are sorted by place first, so that no two threads
/// add to the same place and the order of the sums is fixed. Wrong indices are left out and reported (<see cref="IndexErrors"/>).
/// </summary>
internal sealed class GpuIndexKernels(GpuDevice device) : IIndexKernels
{
    // Where fewer columns than this have longer columns than that, sorting takes less time than threads that walk along columns.
    private const long FewColumns = 1024;
    private const int LongColumn = 256;

    // Threads per product of rows: a warp.
    private const int MostProductBits = 5;

    private readonly GpuDevice _device = device;

    public void GatherRows(DeviceBuffer table, int tableRows, DeviceBuffer indices, DeviceBuffer y, long count, int width)
    {
        var arguments = new RowGatherArguments
        {
            Table = table.Floats(),
            Y = y.Floats(),
            Indices = indices.Integers(),
            Errors = Errors("Gather of rows", tableRows),
            Count = count,
            TableRows = tableRows,
            Width = width,
            TeamBits = RowTeam.Bits(width),
        };
        _device.Launch(RowGatherCode.Run, RowTeam.Groups(count, arguments.TeamBits), RowTeam.GroupSize, arguments);
    }

    public void ScatterAddRows(DeviceBuffer x, DeviceBuffer indices, int skipped, DeviceBuffer table, int tableRows, long count, int width)
    {
        // What is left out sorts behind all rows of the table.
        var keys = new RadixKeys
        {
            Indices = indices.Integers(),
            Errors = Errors("Scatter of rows", tableRows),
            Limit = tableRows,
            Skips = 1,
            Skipped = skipped,
            Sentinel = tableRows,
        };
        AddSorted(keys, x.Floats(), table.Floats(), count, width);
    }

    public void Gather(DeviceBuffer x, DeviceBuffer indices, DeviceBuffer y, long outer, int n, int k, long inner)
    {
        AxisArguments arguments = Axis(x, indices, y, outer, n, k, inner, "Gather");
        _device.LaunchOver(AxisCode.Gather, outer * k * inner, arguments);
    }

    public void ScatterAdd(DeviceBuffer y, DeviceBuffer indices, DeviceBuffer x, long outer, int n, int k, long inner)
    {
        AxisArguments arguments = Axis(x, indices, y, outer, n, k, inner, "Scatter");
        long count = outer * k * inner, places = outer * n * inner;
        if (outer * inner >= FewColumns || k < LongColumn || places >= int.MaxValue)
        {
            _device.LaunchOver(AxisCode.Scatter, k == 0 ? 0 : outer * inner, arguments);
            return;
        }

        using var scratch = new DeviceScratch(_device, DeviceScratch.Room<int>(count));
        arguments.Targets = scratch.Take<int>(count);
        _device.LaunchOver(AxisCode.Targets, count, arguments);
        var keys = new RadixKeys
        {
            Indices = arguments.Targets,
            Errors = arguments.Errors,
            Limit = (int)places,
            Skips = 1,
            Skipped = -1,
            Sentinel = (int)places,
        };
        AddSorted(keys, arguments.Y, arguments.X, count, 1);
    }

    public void EmbeddingBag(
        DeviceBuffer table, int tableRows, DeviceBuffer indices, DeviceBuffer weights, DeviceBuffer y, long bags, int perBag, int width)
    {
        var arguments = new BagArguments
        {
            Table = table.Floats(),
            Weights = weights.Floats(),
            Y = y.Floats(),
            Indices = indices.Integers(),
            Errors = Errors("Embedding bag", tableRows),
            Bags = bags,
            TableRows = tableRows,
            PerBag = perBag,
            Width = width,
            TeamBits = RowTeam.Bits(width),
        };
        _device.Launch(BagCode.Forward, RowTeam.Groups(bags, arguments.TeamBits), RowTeam.GroupSize, arguments);
    }

    public void EmbeddingBagWeightGradient(
        DeviceBuffer table, DeviceBuffer indices, DeviceBuffer dy, DeviceBuffer dWeights, long bags, int perBag, int width)
    {
        var arguments = new BagArguments
        {
            Table = table.Floats(),
            DY = dy.Floats(),
            DWeights = dWeights.Floats(),
            Indices = indices.Integers(),
            Bags = bags,
            PerBag = perBag,
            Width = width,
            TeamBits = Math.Min(MostProductBits, RowTeam.Bits(width)),
        };
        Index3D groups = RowTeam.Groups(bags * perBag, arguments.TeamBits);
        _device.Launch(_device.HasShuffles ? BagCode.Backward<CudaTeam> : BagCode.Backward<PlainTeam>, groups,
            RowTeam.GroupSize, arguments);
    }

    public void Sort(DeviceBuffer indices, int limit, DeviceBuffer sorted, DeviceBuffer order, long count)
    {
        // A wrong index sorts as 0: kernels that are queued before the error is seen then stay inside their tables.
        var keys = new RadixKeys { Indices = indices.Integers(), Errors = Errors("Sort of indices", limit), Limit = limit };
        RadixSort.Run(_device, keys, sorted.Integers(), order.Integers(), count);
    }

    public void AddRows(in RowContributions contributions, DeviceBuffer table) =>
        RowUpdates.Run(_device, contributions, new AddStep { Table = table.Floats() });

    /// <summary>table[keys[i]] += x[i] in the order of i, except where the key is the sentinel.</summary>
    private void AddSorted(RadixKeys keys, ArrayView<float> x, ArrayView<float> table, long count, int width)
    {
        using var scratch = new DeviceScratch(_device, 2 * DeviceScratch.Room<int>(count));
        ArrayView<int> sorted = scratch.Take<int>(count), order = scratch.Take<int>(count);
        RadixSort.Run(_device, keys, sorted, order, count);
        ContributionViews views = RowUpdates.Shaped(new ContributionViews
        {
            Sorted = sorted,
            Order = order,
            Values = x,
            Count = count,
            PerValue = 1,
            Width = width,
            TableRows = keys.Limit,
        });
        RowUpdates.Run(_device, views, new AddStep { Table = table });
    }

    private AxisArguments Axis(
        DeviceBuffer x, DeviceBuffer indices, DeviceBuffer y, long outer, int n, int k, long inner, string operation) => new()
        {
            X = x.Floats(),
            Y = y.Floats(),
            Indices = indices.Integers(),
            Errors = Errors(operation, n),
            Outer = outer,
            Inner = inner,
            Length = n,
            Picked = k,
        };

    private ArrayView<ulong> Errors(string operation, int size) =>
        _device.IndexErrors.Next((position, index) => IndexFault.Index(operation, position, index, size));
}
