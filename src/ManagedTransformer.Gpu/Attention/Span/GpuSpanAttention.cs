using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Queues the kernels of span attention.</summary>
internal sealed class GpuSpanAttention(GpuDevice device)
{
    // Groups enough to fill a large device, but no more partial sums than that takes.
    private const int WantedGroups = 512;

    public void Forward(in SpanAttentionProblem problem)
    {
        long queries = (long)problem.Batch * problem.Heads * problem.QueryLength;
        bool wantsWeights = !problem.Weights.IsAbsent || !problem.PersistentWeights.IsAbsent;
        long sums = wantsWeights && problem.Maxima.IsAbsent ? queries : 0;
        using DeviceScratch scratch = new(device, (3 * DeviceScratch.Room<float>(sums)) + ReachRoom(problem));
        SpanArguments arguments = WithReach(SpanArguments.Of(problem), problem, scratch);
        if (sums > 0)
        {
            (arguments.Maxima, arguments.Sums, arguments.Normalizers) = (scratch.Take<float>(sums), scratch.Take<float>(sums), scratch.Take<float>(sums));
            arguments.HasSums = 1;
        }

        int tiles = checked(problem.Batch * problem.Heads * Tile.Count(problem.QueryLength));
        bool isWide = problem.HeadWidth > Tile.Size;
        if (GpuDecode.Suits(problem.QueryLength))
        {
            GpuDecode.Run(device, new SpanKeys { Arguments = arguments }, problem.Batch * problem.Heads * problem.QueryLength);
        }
        else
        {
            var groups = new Index3D(tiles, Tile.ResultParts(problem.HeadWidth), 1);
            device.Launch(isWide ? SpanForwardCode.Run<WideTile> : SpanForwardCode.Run<NarrowTile>, groups, Tile.GroupSize, arguments);
        }

        if (wantsWeights)
        {
            device.Launch(SpanWeightCode.Run, new Index3D(tiles, 1, 1), Tile.GroupSize, arguments);
        }
    }

    public void Backward(in SpanAttentionGradientProblem problem)
    {
        SpanAttentionProblem forward = problem.Forward;
        SpanGradientArguments arguments = SpanGradientArguments.Of(problem);
        long queries = (long)forward.Batch * forward.Heads * forward.QueryLength;
        int slotTiles = Tile.Count(forward.Length), persistentTiles = Tile.Count(forward.Persistent), columns = Tile.ResultParts(forward.HeadWidth);
        arguments.Parts = Parts(forward, slotTiles * columns);
        arguments.PersistentParts = Parts(forward, persistentTiles * columns);
        long positions = (long)forward.Heads * forward.Length * forward.HeadWidth * arguments.Parts;
        long persistent = (long)forward.Heads * forward.Persistent * forward.HeadWidth, persistentParts = persistent * arguments.PersistentParts;
        bool sharesSpans = !forward.Spans.IsAbsent && arguments.HasSpanPerQuery == 0;
        using DeviceScratch scratch = new(device, ReachRoom(forward) + DeviceScratch.Room<float>(queries) + DeviceScratch.Room<float>(positions)
            + (2 * DeviceScratch.Room<float>(persistentParts)) + DeviceScratch.Room<float>(sharesSpans ? queries : 0));
        arguments.Forward = WithReach(arguments.Forward, forward, scratch);
        arguments.Dots = scratch.Take<float>(queries);
        arguments.Positions = scratch.Take<float>(positions);
        arguments.PersistentKeys = scratch.Take<float>(persistentParts);
        arguments.PersistentValues = scratch.Take<float>(persistentParts);
        arguments.Spans = sharesSpans ? scratch.Take<float>(queries) : problem.DSpans.Floats();

        device.LaunchOver(OutputDotCode.Run, queries, new OutputDotArguments
        {
            Y = arguments.Forward.Y,
            DY = arguments.DY,
            Dots = arguments.Dots,
            Count = queries,
            Heads = forward.Heads,
            QueryLength = forward.QueryLength,
            Width = forward.HeadWidth,
        });
        int pairs = forward.Batch * forward.Heads, keyTiles = checked(pairs * Tile.Count(forward.Length + forward.QueryLength));
        Launch(SpanKeyGradientCode.Run<WideTile>, SpanKeyGradientCode.Run<NarrowTile>, keyTiles, forward.HeadWidth, arguments);
        Launch(SpanQueryGradientCode.Run<WideTile>, SpanQueryGradientCode.Run<NarrowTile>, checked(pairs * Tile.Count(forward.QueryLength)), forward.HeadWidth, arguments);
        Launch(SpanPositionGradientCode.Run<WideTile>, SpanPositionGradientCode.Run<NarrowTile>, arguments.Parts * forward.Heads * slotTiles, forward.HeadWidth, arguments);
        Launch(
            SpanPersistentGradientCode.Run<WideTile>, SpanPersistentGradientCode.Run<NarrowTile>, arguments.PersistentParts * forward.Heads * persistentTiles, forward.HeadWidth, arguments);

        Sum(arguments.Positions, problem.DPositions, (long)arguments.Parts * forward.Heads, (long)forward.Length * forward.HeadWidth);
        Sum(arguments.PersistentKeys, problem.DPersistentKeys, arguments.PersistentParts, persistent);
        Sum(arguments.PersistentValues, problem.DPersistentValues, arguments.PersistentParts, persistent);
        if (sharesSpans)
        {
            var spans = new PartialSumArguments { X = arguments.Spans, Y = problem.DSpans.Floats(), Parts = forward.Heads, Count = (long)forward.Batch * forward.QueryLength };
            device.Launch(
                device.HasShuffles ? RowTotalCode.Run<CudaGroup> : RowTotalCode.Run<PlainGroup>, new Index3D(forward.Heads, 1, 1), RowTotalCode.GroupSize, spans);
        }
    }

    private void Launch(Action<SpanGradientArguments> wide, Action<SpanGradientArguments> narrow, int tiles, int width, SpanGradientArguments arguments) =>
        device.Launch(width > Tile.Size ? wide : narrow, new Index3D(tiles, Tile.ResultParts(width), 1), Tile.GroupSize, arguments);

    private void Sum(ArrayView<float> parts, DeviceBuffer result, long count, long size) =>
        device.LaunchOver(PartialSumCode.Run, size, new PartialSumArguments { X = parts, Y = result.Floats(), Parts = count, Count = size });

    /// <summary>Into how many parts the queries of all sequences are cut for a gradient that all of them add to.</summary>
    private static int Parts(in SpanAttentionProblem problem, int tiles) =>
        (int)Math.Clamp(WantedGroups / Math.Max((long)problem.Heads * tiles, 1), 1, Math.Max((long)problem.Batch * Tile.Count(problem.QueryLength), 1));

    // Few queries look at everything: finding out what they may leave out would take as long.
    private static bool NeedsReach(in SpanAttentionProblem problem) => !problem.Spans.IsAbsent && problem.Batch * problem.Heads > 0 && !GpuDecode.Suits(problem.QueryLength);

    private static long ReachRoom(in SpanAttentionProblem problem) => NeedsReach(problem) ? 2 * DeviceScratch.Room<int>(problem.Heads) : 0;

    private SpanArguments WithReach(SpanArguments arguments, in SpanAttentionProblem problem, DeviceScratch scratch)
    {
        if (!NeedsReach(problem))
        {
            return arguments;
        }

        ArrayView<int> near = scratch.Take<int>(problem.Heads), slots = scratch.Take<int>(problem.Heads);
        var reach = new SpanReachArguments { Span = arguments, Near = near, Slots = slots };
        device.Launch(
            device.HasShuffles ? SpanReachCode.Run<CudaGroup> : SpanReachCode.Run<PlainGroup>, new Index3D(problem.Heads, 1, 1), SpanReachArguments.GroupSize, reach);
        var probes = new Index3D(SpanProbeCode.Groups((long)problem.Batch * problem.QueryLength), problem.Heads, 1);
        device.Launch(device.HasShuffles ? SpanProbeCode.Run<CudaGroup> : SpanProbeCode.Run<PlainGroup>, probes, SpanReachArguments.GroupSize, reach);
        arguments.Slots = slots;
        arguments.HasSlots = 1;
        return arguments;
    }
}
