using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Launches cumulative sums: one kernel, or two where the axis is cut into parts.</summary>
internal static class Scanner
{
    // Threads that fill a device, and what each of them should at least have to do to be worth a second launch.
    private const int WantedThreads = 32_768, LeastPerThread = 32, MostParts = 256;

    /// <summary>Sums up the middle axis of x, [outer, n, inner], from its start or its end.</summary>
    public static void Run(GpuDevice device, DeviceBuffer x, DeviceBuffer y, long outer, int n, long inner, bool reverse)
    {
        long lines = outer * inner;
        if (lines == 0 || n == 0)
        {
            return;
        }

        ReductionPlan plan = Plan(lines, n, inner == 1);
        using DeviceScratch scratch = new(device, plan.Parts > 1 ? DeviceScratch.Room<float>(lines * plan.Parts) : 0);
        ArrayView<float> sums = plan.Parts > 1 ? scratch.Take<float>(lines * plan.Parts) : default;
        if (plan.Parts > 1)
        {
            Reducer<float, SumCode>.States(device, x.Floats(), sums, plan, lines, n, inner);
        }

        var arguments = new ScanArguments
        {
            X = x.Floats(),
            Y = y.Floats(),
            Sums = sums,
            Lines = lines,
            Inner = inner,
            N = n,
            Parts = plan.Parts,
            PartLength = plan.PartLength,
            Reverse = reverse ? 1 : 0,
            Bits = plan.Bits,
        };
        if (inner > 1)
        {
            device.LaunchOver(ScanCode.Columns, lines * plan.Parts, arguments);
        }
        else
        {
            device.Launch(device.HasShuffles ? ScanCode.Rows<CudaTeam> : ScanCode.Rows<PlainTeam>, new Index3D(plan.Groups, 1, 1),
                RowTeam.GroupSize, arguments);
        }
    }

    private static ReductionPlan Plan(long lines, int n, bool isRows)
    {
        if (isRows)
        {
            return ReductionPlan.For(lines, n, isRows);
        }

        int parts = (int)Math.Clamp(WantedThreads / lines, 1, Math.Clamp(n / LeastPerThread, 1, MostParts));
        return parts == 1 ? ReductionPlan.Whole(lines, n, isRows) : ReductionPlan.InParts(parts, lines, n, isRows);
    }
}
