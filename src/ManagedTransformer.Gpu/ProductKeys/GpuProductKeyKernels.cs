using System.Numerics;
using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The product-key search and its gradients on a GPU. The search takes as many rows at a time as there is room for their half scores; the
/// gradient of the keys sorts contributions by half key, so that each key's come in the order of rows and ranks.
/// </summary>
internal sealed class GpuProductKeyKernels(GpuDevice device) : IProductKeyKernels
{
    // Half scores, and contributions, that exist at a time; and rows, of which every tile is a group in the second direction of a launch,
    // where 65,535 is the most.
    private const long MostHalfScores = 1 << 24, MostContributions = 1 << 21, MostRows = 65_535 * HalfScoreCode.Tile;

    // Of what every device has; pairs of ranks are packed by 16 bits, too.
    private const int SharedBytes = 48 << 10;

    private readonly GpuDevice _device = device;

    public void Search(DeviceBuffer query, DeviceBuffer keys, DeviceBuffer scores, DeviceBuffer slots, in ProductKeyShape shape)
    {
        if (shape.Rows == 0 || shape.Heads == 0)
        {
            return;
        }

        int pairs = PairCount(shape.Kept), buffer = BufferSize(shape.Keys, pairs, shape.Kept);
        long perRow = 2L * shape.Heads * shape.Keys, rows = Math.Clamp(MostHalfScores / perRow, 1, Math.Min(shape.Rows, MostRows));
        using var scratch = new DeviceScratch(_device, DeviceScratch.Room<float>(rows * perRow) + DeviceScratch.Room<int>(pairs));
        ProductKeyArguments selection = Arguments(shape);
        selection.HalfScores = scratch.Take<float>(rows * perRow);
        selection.Pairs = scratch.Take<int>(pairs);
        (selection.PairCount, selection.BufferSize) = (pairs, buffer);
        var products = new HalfScoreArguments
        {
            Keys = keys.Floats(),
            Scores = selection.HalfScores,
            Heads = shape.Heads,
            KeyCount = shape.Keys,
            Half = shape.Half,
        };
        _device.LaunchOver(ProductKeyCode.Pairs, shape.Kept, selection);
        for (long row = 0; row < shape.Rows; row += rows)
        {
            long item = row * shape.Heads, count = Math.Min(rows, shape.Rows - row);
            products.Query = (query with { Offset = query.Offset + (item * 2 * shape.Half) }).Floats();
            products.Rows = (int)count;
            selection.Scores = (scores with { Offset = scores.Offset + (item * shape.Kept) }).Floats();
            selection.Slots = (slots with { Offset = slots.Offset + (item * shape.Kept) }).Integers();
            var tiles = new Index3D(Tiles(shape.Keys), Tiles((int)count), 2 * shape.Heads);
            _device.Launch(HalfScoreCode.Run, tiles, HalfScoreCode.GroupSize, products);
            var items = new Index3D(checked((int)(count * shape.Heads)), 1, 1);
            bool few = buffer + (2 * shape.Kept) <= ProductKeyCode.FewElements;
            _device.Launch(few ? ProductKeyCode.SelectFew : ProductKeyCode.SelectMany, items, ProductKeyCode.GroupSize, selection);
        }
    }

    public void QueryGradient(DeviceBuffer keys, DeviceBuffer slots, DeviceBuffer dScores, DeviceBuffer dQuery, in ProductKeyShape shape)
    {
        ProductKeyArguments arguments = Arguments(shape);
        arguments.Scores = dScores.Floats();
        arguments.Slots = slots.Integers();
        arguments.Keys = keys.Floats();
        arguments.DQuery = dQuery.Floats();
        arguments.TeamBits = RowTeam.Bits(shape.Half);
        _device.Launch(ProductKeyCode.QueryGradient, RowTeam.Groups(2 * arguments.Items, arguments.TeamBits), RowTeam.GroupSize, arguments);
    }

    public void KeyGradient(DeviceBuffer query, DeviceBuffer slots, DeviceBuffer dScores, DeviceBuffer dKeys, in ProductKeyShape shape)
    {
        long all = shape.Rows * shape.Heads, perRow = 2L * shape.Heads * shape.Kept;
        long items = Math.Min(all, Math.Max(1, MostContributions / perRow) * shape.Heads), count = 2 * items * shape.Kept;
        using var scratch = new DeviceScratch(_device, DeviceScratch.Room<float>(count) + (3 * DeviceScratch.Room<int>(count)));
        ProductKeyArguments arguments = Arguments(shape);
        arguments.Weights = scratch.Take<float>(count);
        arguments.Targets = scratch.Take<int>(count);
        ArrayView<int> sorted = scratch.Take<int>(count), order = scratch.Take<int>(count);
        int keys = checked(2 * shape.Heads * shape.Keys);
        var step = new AddStep { Table = dKeys.Floats() };
        for (long item = 0; item < all; item += items)
        {
            arguments.Items = Math.Min(items, all - item);
            arguments.Scores = (dScores with { Offset = dScores.Offset + (item * shape.Kept) }).Floats();
            arguments.Slots = (slots with { Offset = slots.Offset + (item * shape.Kept) }).Integers();
            count = 2 * arguments.Items * shape.Kept;
            _device.LaunchOver(ProductKeyCode.Contributions, count, arguments);
            RadixSort.Run(_device, new RadixKeys { Indices = arguments.Targets, Limit = keys }, sorted, order, count);
            ContributionViews views = RowUpdates.Shaped(new ContributionViews
            {
                Sorted = sorted,
                Order = order,
                Weights = arguments.Weights,
                Values = (query with { Offset = query.Offset + (item * 2 * shape.Half) }).Floats(),
                Count = count,
                PerValue = shape.Kept,
                Width = shape.Half,
                HasWeights = 1,
                TableRows = keys,
            });
            RowUpdates.Run(_device, views, step);
        }
    }

    /// <summary>The number of pairs that can be among the best: the sum over A of floor(kept / (A + 1)).</summary>
    private static int PairCount(int kept)
    {
        int count = 0;
        for (int a = 1; a <= kept; a++)
        {
            count += kept / a;
        }

        return count;
    }

    /// <summary>
    /// Room for all half scores and all pairs or, where that is too much, for what shared memory holds beside the two lists.
    /// </summary>
    private static int BufferSize(int keys, int pairs, int kept)
    {
        uint size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, Math.Max(keys, pairs)));
        int most = (SharedBytes / sizeof(ulong)) - (2 * kept);
        if (size <= most)
        {
            return (int)size;
        }

        // What is kept must leave room for the next ones.
        int largest = most < 2 ? 0 : 1 << BitOperations.Log2((uint)most);
        return largest > kept ? largest : throw new NotSupportedException($"A GPU keeps at most 2,047 product keys per query, not {kept}.");
    }

    private static int Tiles(int count) => (count + HalfScoreCode.Tile - 1) / HalfScoreCode.Tile;

    private static ProductKeyArguments Arguments(in ProductKeyShape shape) => new()
    {
        Items = shape.Rows * shape.Heads,
        Heads = shape.Heads,
        KeyCount = shape.Keys,
        Half = shape.Half,
        Kept = shape.Kept,
    };
}
