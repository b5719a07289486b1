using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Cross-entropy over rows of logits, forward and backward: a team of threads per row (<see cref="RowTeam"/>). Rows whose target is ignored, or no class, give 0.</summary>
internal static class CrossEntropyCode
{
    /// <summary>loss = targetWeight nll + classWeight sum over v of -lp[v], with lp = (x - max) - ln sum e^(x - max) and nll = -lp[target].</summary>
    public static void Forward<TTeam>(CrossEntropyArguments arguments)
        where TTeam : struct, IRowTeam
    {
        MaxAndSum total = SoftmaxCode.SumRow<TTeam>(arguments.X, arguments.Rows, arguments.Length, arguments.Bits);
        float max = total.Max, sum = MaxAndSumCode.SumOf(total), logarithm = GpuMath.Log(sum);
        int size = 1 << arguments.Bits, lane = RowTeam.Lane(arguments.Bits);
        long row = RowTeam.Row(arguments.Bits), start = row * arguments.Length;
        bool exists = row < arguments.Rows;
        int target = exists ? arguments.Targets[row] : arguments.Ignored;
        bool counts = target != arguments.Ignored && IndexReport.IsValid(arguments.Error, row, target, arguments.Length);
        float classes = 0;
        if (arguments.ClassWeight != 0f)
        {
            ArrayView<float> scratch = SharedMemory.Allocate<float>(2 * RowTeam.GroupSize);
            int length = counts ? arguments.Length : 0;
            for (int i = lane; i < length; i += size)
            {
                classes += max - arguments.X[start + i] + logarithm;
            }

            classes = arguments.ClassWeight * default(TTeam).Sum(classes, scratch, size);
        }

        if (lane == 0 && exists)
        {
            float nll = counts ? max - arguments.X[start + target] + logarithm : 0f;

            // A zero weight leaves its term out, also where the term is infinite.
            arguments.Loss[row] = (arguments.TargetWeight == 0f ? 0f : arguments.TargetWeight * nll) + classes;
            arguments.Sums[2 * row] = max;
            arguments.Sums[(2 * row) + 1] = sum;
            if (arguments.HasNll != 0)
            {
                arguments.Nll[row] = nll;
            }
        }
    }

    /// <summary>dx[v] = s ((targetWeight + n classWeight) p[v] - classWeight - targetWeight [v = target]) with p = e^(x - max) / sum.</summary>
    public static void Backward(CrossEntropyArguments arguments)
    {
        int size = 1 << arguments.Bits;
        long row = RowTeam.Row(arguments.Bits), start = row * arguments.Length;
        if (row >= arguments.Rows)
        {
            return;
        }

        int target = arguments.Targets[row];
        bool counts = target != arguments.Ignored && IndexReport.IsValid(arguments.Error, row, target, arguments.Length);
        float scale = arguments.Scale[arguments.ScaleIsScalar != 0 ? 0 : row], max = arguments.Sums[2 * row];
        float factor = scale * (arguments.TargetWeight + (arguments.Length * arguments.ClassWeight)) / arguments.Sums[(2 * row) + 1];
        float constant = scale * arguments.ClassWeight, atTarget = scale * arguments.TargetWeight;
        for (int i = RowTeam.Lane(arguments.Bits); i < arguments.Length; i += size)
        {
            float slope = (factor * GpuMath.Exp(arguments.X[start + i] - max)) - constant;
            arguments.DX[start + i] = counts ? slope - (i == target ? atTarget : 0f) : 0f;
        }
    }
}
