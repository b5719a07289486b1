using ILGPU;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Launches linear attention on tensor cores: chooses the kernels by precision, features, and width of values.</summary>
internal sealed class TensorLinearLauncher(GpuDevice device)
{
    /// <summary>Queues what chunks add to states unless tensor cores are missing or do not suit.</summary>
    public bool TryStates(in LinearAttentionProblem problem, LinearStateArguments arguments) =>
        Suits(problem) && (problem.Features > 32
            ? TryStates<MiddleTensorHead>(problem, arguments)
            : TryStates<NarrowTensorHead>(problem, arguments));

    /// <summary>The same for results or gradients of rows.</summary>
    public bool TryRows(in LinearAttentionProblem problem, LinearRowArguments arguments) =>
        Suits(problem) && arguments.InnerWidth switch
        {
            <= 32 => TryRows<NarrowTensorHead>(problem, arguments),
            64 => TryRows<MiddleTensorHead>(problem, arguments),
            _ => TryRows<WideTensorHead>(problem, arguments),
        };

    private static bool Suits(in LinearAttentionProblem problem) =>
        problem.Features is 16 or 32 or 64 or 128 && problem.ValueWidth is 32 or 64 or 128
        && problem.Batch > 0 && problem.Heads > 0 && problem.Length > 0;

    private bool TryStates<TFeatures>(in LinearAttentionProblem problem, LinearStateArguments arguments)
        where TFeatures : struct, ITensorHead => problem.ValueWidth switch
        {
            32 => TryStates<TFeatures, NarrowTensorHead>(problem, arguments),
            64 => TryStates<TFeatures, MiddleTensorHead>(problem, arguments),
            _ => TryStates<TFeatures, WideTensorHead>(problem, arguments),
        };

    private bool TryStates<TFeatures, TValues>(in LinearAttentionProblem problem, LinearStateArguments arguments)
        where TFeatures : struct, ITensorHead
        where TValues : struct, ITensorHead
    {
        Action<TensorLinearStateArguments> kernel = MatMulPrecisionScope.Of(device) switch
        {
            MatMulPrecision.Tf32 => TensorLinearStateCode.Run<TFeatures, TValues, TensorTf32>,
            MatMulPrecision.BFloat16 => TensorLinearStateCode.Run<TFeatures, TValues, TensorBFloat16>,
            _ => TensorLinearStateCode.Run<TFeatures, TValues, TensorFloat32>,
        };
        var groups = new Index3D(Chunks(problem), Tile.Count(problem.Features), 1);
        return device.TryLaunchOnTensorCores(
            kernel, groups, TensorRows.GroupSize, TensorLinearStateArguments.Of(arguments),
            TensorLinearStateCode.SharedBytes<TFeatures, TValues>());
    }

    private bool TryRows<TInner>(in LinearAttentionProblem problem, LinearRowArguments arguments)
        where TInner : struct, ITensorHead => arguments.Width switch
        {
            <= 32 => TryRows<TInner, NarrowTensorHead>(problem, arguments),
            64 => TryRows<TInner, MiddleTensorHead>(problem, arguments),
            _ => TryRows<TInner, WideTensorHead>(problem, arguments),
        };

    private bool TryRows<TInner, TWidth>(in LinearAttentionProblem problem, LinearRowArguments arguments)
        where TInner : struct, ITensorHead
        where TWidth : struct, ITensorHead
    {
        Action<TensorLinearRowArguments> kernel = MatMulPrecisionScope.Of(device) switch
        {
            MatMulPrecision.Tf32 => TensorLinearRowCode.Run<TInner, TWidth, TensorTf32>,
            MatMulPrecision.BFloat16 => TensorLinearRowCode.Run<TInner, TWidth, TensorBFloat16>,
            _ => TensorLinearRowCode.Run<TInner, TWidth, TensorFloat32>,
        };
        return device.TryLaunchOnTensorCores(
            kernel, new Index3D(Chunks(problem), 1, 1), TensorRows.GroupSize, TensorLinearRowArguments.Of(arguments),
            TensorLinearMemory.Bytes<TInner, TWidth>());
    }

    private static int Chunks(in LinearAttentionProblem problem) => checked(problem.Batch * problem.Heads * Tile.Count(problem.Length));
}
