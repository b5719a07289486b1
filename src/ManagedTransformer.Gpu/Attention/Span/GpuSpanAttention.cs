using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Queues the kernels of span attention.</summary>
internal sealed class GpuSpanAttention(GpuDevice device)
{
    // Groups enough to fill a large device, but no more partial sums than that takes.
    private const int WantedGroups = 512;

    private readonly TensorSpanLauncher _tensor = new(device);

    public void Forward(in SpanAttentionProblem problem)
    {
        long queries = (long)problem.Batch * problem.Heads * problem.QueryLength;
        bool wantsWeights = !problem.Weights.IsAbsent || !problem.PersistentWeights.IsAbsent;
        long sums = wantsWeights && problem.Maxima.IsAbsent ? queries : 0;
        using DeviceScratch scratch = new(device, (3 * DeviceScratch.Room<float>(sums)) + ReachRoom(problem));
        SpanArguments arguments = WithReach(SpanArguments.Of(problem), problem, scratch);
        if (sums > 0)
        {
            (arguments.Maxima, arguments.Sums, arguments.Normalizers) =
                (scratch.Take<float>(sums), scratch.Take<float>(sums), scratch.Take<float>(sums));
            arguments.HasSums = 1;
        }

        int tiles = checked(problem.Batch * problem.Heads * Tile.Count(problem.QueryLength));
        if (GpuDecode.Suits(problem.QueryLength))
        {
            GpuDecode.Run(device, new SpanKeys { Arguments = arguments }, problem.Batch * problem.Heads * problem.QueryLength);
        }
        else if (wantsWeights || !_tensor.TryForward(problem, arguments))
        {
            // Weights that are wanted come from scores in Float32, and so do the sums that they are divided by.
            device.Launch(SpanForwardCode.Run, new Index3D(tiles, Tile.Count(problem.HeadWidth), 1), Tile.GroupSize, arguments);
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
        int slotTiles = Tile.Count(forward.Length), persistentTiles = Tile.Count(forward.Persistent),
            columns = Tile.Count(forward.HeadWidth);
        arguments.Parts = Parts(forward, slotTiles * columns);
        arguments.PersistentParts = Parts(forward, persistentTiles * columns);
        long positions = (long)forward.Heads * forward.Length * forward.HeadWidth * arguments.Parts;
        long persistent = (long)forward.Heads * forward.Persistent * forward.HeadWidth,
            persistentParts = persistent * arguments.PersistentParts;
        bool sharesSpans = !forward.Spans.IsAbsent && arguments.HasSpanPerQuery == 0;
        using DeviceScratch scratch = new(device, ReachRoom(forward) + DeviceScratch.Room<float>(queries)
            + DeviceScratch.Room<float>(positions)
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
        int queryTiles = checked(pairs * Tile.Count(forward.QueryLength));
        if (!_tensor.TryKeyGradient(forward, arguments))
        {
            device.Launch(SpanKeyGradientCode.Run, new Index3D(keyTiles, columns, 1), Tile.GroupSize, arguments);
        }

        if (!_tensor.TryQueryGradient(forward, arguments))
        {
            device.Launch(SpanQueryGradientCode.Run, new Index3D(queryTiles, columns, 1), Tile.GroupSize, arguments);
        }

        if (!_tensor.TryPositionGradient(forward, arguments))
        {
            device.Launch(SpanPositionGradientCode.Run, new Index3D(arguments.Parts * forward.Heads * slotTiles, columns, 1),
                Tile.GroupSize, arguments);
        }

        if (!_tensor.TryPersistentGradient(forward, arguments))
        {
            var persistentGroups = new Index3D(arguments.PersistentParts * forward.Heads * persistentTiles, columns, 1);
            device.Launch(SpanPersistentGradientCode.Run, persistentGroups, Tile.GroupSize, arguments);
        }

        Sum(arguments.Positions, problem.DPositions, (long)arguments.Parts * forward.Heads, (long)forward.Length * forward.HeadWidth);
        Sum(arguments.PersistentKeys, problem.DPersistentKeys, arguments.PersistentParts, persistent);
        Sum(arguments.PersistentValues, problem.DPersistentValues, arguments.PersistentParts, persistent);
        if (sharesSpans)
        {
            var spans = new PartialSumArguments
            {
                X = arguments.Spans,
                Y = problem.DSpans.Floats(),
                Parts = forward.Heads,
                Count = (long)forward.Batch * forward.QueryLength,
            };
            device.Launch(
                device.HasShuffles ? RowTotalCode.Run<CudaTeam> : RowTotalCode.Run<PlainTeam>, new Index3D(forward.Heads, 1, 1),
                RowTotalCode.GroupSize, spans);
        }
    }

    private void Sum(ArrayView<float> parts, DeviceBuffer result, long count, long size) =>
        device.LaunchOver(PartialSumCode.Run, size,
            new PartialSumArguments { X = parts, Y = result.Floats(), Parts = count, Count = size });

    /// <summary>Into how many parts the queries of all sequences are cut for a gradient that all of them add to.</summary>
    private static int Parts(in SpanAttentionProblem problem, int tiles) =>
        (int)Math.Clamp(WantedGroups / Math.Max((long)problem.Heads * tiles, 1), 1,
            Math.Max((long)problem.Batch * Tile.Count(problem.QueryLength), 1));

    // Few queries look at everything: finding out what they may leave out would take as long.
    private static bool NeedsReach(in SpanAttentionProblem problem) =>
        !problem.Spans.IsAbsent && problem.Batch * problem.Heads > 0 && !GpuDecode.Suits(problem.QueryLength);

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
            device.HasShuffles ? SpanReachCode.Run<CudaTeam> : SpanReachCode.Run<PlainTeam>, new Index3D(problem.Heads, 1, 1),
            SpanReachArguments.GroupSize, reach);
        var probes = new Index3D(SpanProbeCode.Groups((long)problem.Batch * problem.QueryLength), problem.Heads, 1);
        device.Launch(device.HasShuffles ? SpanProbeCode.Run<CudaTeam> : SpanProbeCode.Run<PlainTeam>, probes,
            SpanReachArguments.GroupSize, reach);
        arguments.Slots = slots;
        arguments.HasSlots = 1;
        return arguments;
    }
}
