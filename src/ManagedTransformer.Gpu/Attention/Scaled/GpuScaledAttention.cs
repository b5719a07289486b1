using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Queues the kernels of attention.</summary>
internal sealed class GpuScaledAttention(GpuDevice device)
{
    private readonly TensorAttentionLauncher _tensor = new(device);

    public void Forward(in AttentionProblem problem)
    {
        var arguments = AttentionArguments.Of(problem);
        if (GpuDecode.Suits(problem.QueryLength))
        {
            GpuDecode.Run(device, AttentionKeys.Of(arguments), problem.Batch * problem.Heads * problem.QueryLength);
            return;
        }

        if (_tensor.TryForward(problem, arguments))
        {
            return;
        }

        var groups = new Index3D(Groups(problem, problem.Heads, problem.QueryLength), Tile.ResultParts(problem.ValueWidth), 1);
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

        if (_tensor.TryBackward(forward, arguments))
        {
            return;
        }

        var keyGroups = new Index3D(Groups(forward, forward.KeyHeads, forward.KeyLength),
            Tile.Count(Math.Max(forward.HeadWidth, forward.ValueWidth)), 1);
        device.Launch(AttentionKeyGradientCode.Run, keyGroups, Tile.GroupSize, arguments);
        var queryGroups = new Index3D(Groups(forward, forward.Heads, forward.QueryLength), Tile.Count(forward.HeadWidth), 1);
        device.Launch(AttentionQueryGradientCode.Run, queryGroups, Tile.GroupSize, arguments);
    }

    private static int Groups(in AttentionProblem problem, int heads, int rows) => checked(problem.Batch * heads * Tile.Count(rows));
}
