using ILGPU;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Launches attention on tensor cores: chooses the kernels by precision and width of the heads.</summary>
internal sealed class TensorAttentionLauncher(GpuDevice device)
{
    /// <summary>Queues the kernel unless tensor cores are missing or the heads have another width.</summary>
    public bool TryForward(in AttentionProblem problem, AttentionArguments arguments) =>
        Suits(problem) && problem.HeadWidth switch
        {
            32 => TryForward<NarrowTensorHead>(problem, arguments),
            64 => TryForward<MiddleTensorHead>(problem, arguments),
            _ => TryForward<WideTensorHead>(problem, arguments),
        };

    /// <summary>The same for the gradients, where D = dy . y is there.</summary>
    public bool TryBackward(in AttentionProblem problem, AttentionGradientArguments arguments) =>
        Suits(problem) && problem.HeadWidth switch
        {
            32 => TryBackward<NarrowTensorHead>(problem, arguments),
            64 => TryBackward<MiddleTensorHead>(problem, arguments),
            _ => TryBackward<WideTensorHead>(problem, arguments),
        };

    private static bool Suits(in AttentionProblem problem) =>
        problem.HeadWidth is 32 or 64 or 128 && problem.ValueWidth == problem.HeadWidth
        && problem.Batch > 0 && problem.KeyHeads > 0 && problem.QueryLength > 0 && problem.KeyLength > 0;

    private bool TryForward<THead>(in AttentionProblem problem, AttentionArguments arguments)
        where THead : struct, ITensorHead
    {
        Action<TensorAttentionArguments> kernel = MatMulPrecisionScope.Of(device) switch
        {
            MatMulPrecision.Tf32 => TensorAttentionForwardCode.Run<THead, TensorTf32>,
            MatMulPrecision.BFloat16 => TensorAttentionForwardCode.Run<THead, TensorBFloat16>,
            _ => TensorAttentionForwardCode.Run<THead, TensorFloat32>,
        };
        return device.TryLaunchOnTensorCores(
            kernel, QueryGroups(problem), TensorRows.GroupSize, TensorAttentionArguments.Of(arguments),
            TensorAttentionForwardCode.SharedBytes<THead>());
    }

    private bool TryBackward<THead>(in AttentionProblem problem, AttentionGradientArguments arguments)
        where THead : struct, ITensorHead
    {
        (Action<TensorGradientArguments> keys, Action<TensorGradientArguments> queries) = MatMulPrecisionScope.Of(device) switch
        {
            MatMulPrecision.Tf32 => Gradients<THead, TensorTf32>(),
            MatMulPrecision.BFloat16 => Gradients<THead, TensorBFloat16>(),
            _ => Gradients<THead, TensorFloat32>(),
        };
        int bytes = TensorQueryGradientCode.SharedBytes<THead>();
        if (bytes > device.TensorSharedBytes)
        {
            return false;
        }

        var keyGroups = new Index3D(
            checked(problem.Batch * problem.KeyHeads * Tile.Count(problem.KeyLength)), TensorKeyGradientCode.Parts<THead>(), 1);
        device.Launch(keys, keyGroups, TensorRows.GroupSize, TensorGradientArguments.Of(arguments), bytes);
        device.Launch(queries, QueryGroups(problem), TensorRows.GroupSize, TensorGradientArguments.Of(arguments), bytes);
        return true;
    }

    private static (Action<TensorGradientArguments> Keys, Action<TensorGradientArguments> Queries) Gradients<THead, TPrecision>()
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision =>
        (TensorKeyGradientCode.Run<THead, TPrecision>, TensorQueryGradientCode.Run<THead, TPrecision>);

    private static Index3D QueryGroups(in AttentionProblem problem) =>
        new(checked(problem.Batch * problem.Heads * Tile.Count(problem.QueryLength)), 1, 1);
}
