using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Queues the kernels of attention.</summary>
internal sealed class GpuScaledAttention(GpuDevice device)
{
    public void Forward(in AttentionProblem problem)
    {
        var arguments = AttentionArguments.Of(problem);
        if (GpuDecode.Suits(problem.QueryLength))
        {
            GpuDecode.Run(device, new AttentionKeys { Arguments = arguments }, problem.Batch * problem.Heads * problem.QueryLength);
            return;
        }

        var groups = new Index3D(Groups(problem, problem.QueryLength), Tile.ResultParts(problem.ValueWidth), 1);
        device.Launch(problem.ValueWidth > Tile.Size ? AttentionForwardCode.Run<WideTile> : AttentionForwardCode.Run<NarrowTile>, groups,
            Tile.GroupSize, arguments);
    }

    public void Backward(in AttentionGradientProblem problem)
    {
        AttentionProblem forward = problem.Forward;
        long queries = (long)forward.Batch * forward.Heads * forward.QueryLength;
        using DeviceScratch scratch = new(device, DeviceScratch.Room<float>(queries));
        var arguments = AttentionGradientArguments.Of(problem, scratch.Take<float>(queries));
        device.LaunchOver(OutputDotCode.Run, queries, new OutputDotArguments
        {
            Y = arguments.Forward.Y,
            DY = arguments.DY,
            Dots = arguments.Dots,
            Count = queries,
            Heads = forward.Heads,
            QueryLength = forward.QueryLength,
            Width = forward.ValueWidth,
        });

        var keyGroups = new Index3D(Groups(forward, forward.KeyLength), Tile.Count(Math.Max(forward.HeadWidth, forward.ValueWidth)), 1);
        device.Launch(AttentionKeyGradientCode.Run, keyGroups, Tile.GroupSize, arguments);
        device.Launch(AttentionQueryGradientCode.Run, new Index3D(Groups(forward, forward.QueryLength), Tile.Count(forward.HeadWidth), 1),
            Tile.GroupSize, arguments);
    }

    private static int Groups(in AttentionProblem problem, int rows) => checked(problem.Batch * problem.Heads * Tile.Count(rows));
}
