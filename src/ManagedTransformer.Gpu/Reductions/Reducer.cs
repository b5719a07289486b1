using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Launches one reduction.</summary>
internal static class Reducer<TState, TCode>
    where TState : unmanaged
    where TCode : struct, IReduceCode<float, TState>
{
    /// <summary>Reduces the middle axis of x, [outer, n, inner], to results, floats or integers, of 32 bits, [outer, inner].</summary>
    public static void Run(GpuDevice device, DeviceBuffer x, DeviceBuffer y, long outer, int n, long inner)
    {
        long lines = outer * inner;
        if (lines == 0)
        {
            return;
        }

        ArrayView<uint> results = y.Bytes(sizeof(uint)).Cast<uint>();
        var plan = ReductionPlan.For(lines, n, inner == 1);
        using DeviceScratch scratch = new(device, plan.Parts > 1 ? DeviceScratch.Room<TState>(lines * plan.Parts) : 0);
        ArrayView<TState> states = plan.Parts > 1 ? scratch.Take<TState>(lines * plan.Parts) : default;
        Launch<float, TCode>(device, x.Floats(), results, states, plan, lines, n, inner);
        if (plan.Parts > 1)
        {
            var second = ReductionPlan.Whole(lines, plan.Parts, inner == 1);
            Launch<TState, PartialCode<TState, TCode>>(device, states, results, default, second, lines, plan.Parts, inner);
        }
    }

    /// <summary>The states of the parts of a plan, [outer, parts, inner].</summary>
    public static void States(GpuDevice device, ArrayView<float> x, ArrayView<TState> states, ReductionPlan plan, long lines, int n,
        long inner) =>
        Launch<float, TCode>(device, x, default, states, plan, lines, n, inner);

    private static void Launch<TInput, TStep>(GpuDevice device, ArrayView<TInput> x, ArrayView<uint> y, ArrayView<TState> states,
        ReductionPlan plan, long lines, int n, long inner)
        where TInput : unmanaged
        where TStep : struct, IReduceCode<TInput, TState>
    {
        var arguments = new ReductionArguments<TInput, TState>
        {
            X = x,
            Y = y,
            States = states,
            Lines = lines,
            Inner = inner,
            N = n,
            Parts = plan.Parts,
            PartLength = plan.PartLength,
            Bits = plan.Bits,
        };
        var groups = new Index3D(plan.Groups, 1, 1);
        if (inner > 1)
        {
            device.Launch(ColumnReduction.Run<TInput, TState, TStep>, groups, ColumnReduction.GroupSize, arguments);
        }
        else if (device.HasShuffles)
        {
            device.Launch(RowReduction.Run<CudaTeam, TInput, TState, TStep>, groups, RowTeam.GroupSize, arguments);
        }
        else
        {
            device.Launch(RowReduction.Run<PlainTeam, TInput, TState, TStep>, groups, RowTeam.GroupSize, arguments);
        }
    }
}
