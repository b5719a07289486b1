using ILGPU;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Launches span attention on tensor cores: chooses the kernels by precision and width of the heads.</summary>
internal sealed class TensorSpanLauncher(GpuDevice device)
{
    /// <summary>Queues the kernel unless tensor cores or shared memory for it are missing, or the heads have another width.</summary>
    public bool TryForward(in SpanAttentionProblem problem, SpanArguments arguments) =>
        Suits(problem) && problem.HeadWidth switch
        {
            32 => TryForward<NarrowTensorHead>(problem, arguments),
            64 => TryForward<MiddleTensorHead>(problem, arguments),
            _ => TryForward<WideTensorHead>(problem, arguments),
        };

    /// <summary>The same for the gradients of queries and spans.</summary>
    public bool TryQueryGradient(in SpanAttentionProblem problem, SpanGradientArguments arguments) =>
        Suits(problem) && problem.HeadWidth switch
        {
            32 => TryQueryGradient<NarrowTensorHead>(problem, arguments),
            64 => TryQueryGradient<MiddleTensorHead>(problem, arguments),
            _ => TryQueryGradient<WideTensorHead>(problem, arguments),
        };

    /// <summary>The same for the gradients of keys and values.</summary>
    public bool TryKeyGradient(in SpanAttentionProblem problem, SpanGradientArguments arguments)
    {
        int groups = checked(problem.Batch * problem.Heads * Tile.Count(problem.Length + problem.QueryLength));
        return TryGradient<TensorSpanKeys>(problem, arguments, groups);
    }

    /// <summary>The same for parts of the gradients of persistent keys and values, where there are any.</summary>
    public bool TryPersistentGradient(in SpanAttentionProblem problem, SpanGradientArguments arguments) =>
        TryGradient<TensorSpanPersistent>(
            problem, arguments, arguments.PersistentParts * problem.Heads * Tile.Count(problem.Persistent));

    /// <summary>The same for parts of the gradients of positions.</summary>
    public bool TryPositionGradient(in SpanAttentionProblem problem, SpanGradientArguments arguments) =>
        Suits(problem) && problem.HeadWidth switch
        {
            32 => TryPositionGradient<NarrowTensorHead>(problem, arguments),
            64 => TryPositionGradient<MiddleTensorHead>(problem, arguments),
            _ => TryPositionGradient<WideTensorHead>(problem, arguments),
        };

    private static bool Suits(in SpanAttentionProblem problem) =>
        problem.HeadWidth is 32 or 64 or 128 && problem.Batch > 0 && problem.Heads > 0 && problem.QueryLength > 0;

    private bool TryForward<THead>(in SpanAttentionProblem problem, SpanArguments arguments)
        where THead : struct, ITensorHead
    {
        Action<TensorSpanArguments> kernel = MatMulPrecisionScope.Of(device) switch
        {
            MatMulPrecision.Tf32 => TensorSpanForwardCode.Run<THead, TensorTf32>,
            MatMulPrecision.BFloat16 => TensorSpanForwardCode.Run<THead, TensorBFloat16>,
            _ => TensorSpanForwardCode.Run<THead, TensorFloat32>,
        };
        return device.TryLaunchOnTensorCores(
            kernel, QueryGroups(problem), TensorRows.GroupSize, TensorSpanArguments.Of(arguments),
            TensorSpanForwardCode.SharedBytes<THead>());
    }

    private bool TryQueryGradient<THead>(in SpanAttentionProblem problem, SpanGradientArguments arguments)
        where THead : struct, ITensorHead
    {
        Action<TensorSpanGradientArguments> kernel = MatMulPrecisionScope.Of(device) switch
        {
            MatMulPrecision.Tf32 => TensorSpanQueryGradientCode.Run<THead, TensorTf32>,
            MatMulPrecision.BFloat16 => TensorSpanQueryGradientCode.Run<THead, TensorBFloat16>,
            _ => TensorSpanQueryGradientCode.Run<THead, TensorFloat32>,
        };
        return device.TryLaunchOnTensorCores(
            kernel, QueryGroups(problem), TensorRows.GroupSize, TensorSpanGradientArguments.Of(arguments),
            TensorSpanQueryGradientCode.SharedBytes<THead>());
    }

    private bool TryGradient<TRows>(in SpanAttentionProblem problem, SpanGradientArguments arguments, int groups)
        where TRows : struct, ITensorSpanRows =>
        Suits(problem) && problem.HeadWidth switch
        {
            32 => TryGradient<NarrowTensorHead, TRows>(arguments, groups),
            64 => TryGradient<MiddleTensorHead, TRows>(arguments, groups),
            _ => TryGradient<WideTensorHead, TRows>(arguments, groups),
        };

    private bool TryGradient<THead, TRows>(SpanGradientArguments arguments, int groups)
        where THead : struct, ITensorHead
        where TRows : struct, ITensorSpanRows
    {
        Action<TensorSpanGradientArguments> kernel = MatMulPrecisionScope.Of(device) switch
        {
            MatMulPrecision.Tf32 => TensorSpanKeyGradientCode.Run<THead, TensorTf32, TRows>,
            MatMulPrecision.BFloat16 => TensorSpanKeyGradientCode.Run<THead, TensorBFloat16, TRows>,
            _ => TensorSpanKeyGradientCode.Run<THead, TensorFloat32, TRows>,
        };
        var size = new Index3D(groups, TensorSpanKeyGradientCode.Parts<THead>(), 1);
        return device.TryLaunchOnTensorCores(
            kernel, size, TensorRows.GroupSize, TensorSpanGradientArguments.Of(arguments),
            TensorSpanKeyGradientCode.SharedBytes<THead, TRows>());
    }

    private bool TryPositionGradient<THead>(in SpanAttentionProblem problem, SpanGradientArguments arguments)
        where THead : struct, ITensorHead
    {
        Action<TensorSpanGradientArguments> kernel = MatMulPrecisionScope.Of(device) switch
        {
            MatMulPrecision.Tf32 => TensorSpanPositionGradientCode.Run<THead, TensorTf32>,
            MatMulPrecision.BFloat16 => TensorSpanPositionGradientCode.Run<THead, TensorBFloat16>,
            _ => TensorSpanPositionGradientCode.Run<THead, TensorFloat32>,
        };
        var groups = new Index3D(arguments.Parts * problem.Heads * Tile.Count(problem.Length), 1, 1);
        return device.TryLaunchOnTensorCores(
            kernel, groups, TensorRows.GroupSize, TensorSpanGradientArguments.Of(arguments),
            TensorSpanPositionGradientCode.SharedBytes<THead>());
    }

    private static Index3D QueryGroups(in SpanAttentionProblem problem) =>
        new(checked(problem.Batch * problem.Heads * Tile.Count(problem.QueryLength)), 1, 1);
}
