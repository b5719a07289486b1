using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Cross-entropy over rows of logits, forward and backward: a team of threads per row (<see cref="RowTeam"/>). Rows whose target is
/// ignored, or no class, give 0.
/// </summary>
internal static class CrossEntropyCode
{
    /// <summary>
    /// loss = targetWeight nll + classWeight sum over v of -lp[v], with lp = (x - max) - ln sum e^(x - max) and nll = -lp[target].
    /// </summary>
    public static void Forward<TTeam>(CrossEntropyArguments arguments)
        where TTeam : struct, IRowTeam
    {
        MaxAndSum total = SoftmaxCode.SumRow<TTeam>(arguments.X, arguments.Rows, arguments.Length, arguments.Bits);
        float max = total.Max, sum = MaxAndSumCode.SumOf(total), logarithm = GpuMath.Log(sum);
        var row = TeamRow.Mine(arguments.Bits, arguments.Rows, arguments.Length);
        bool exists = row.Number < arguments.Rows;
        int target = exists ? arguments.Targets[row.Number] : arguments.Ignored;
        bool counts = target != arguments.Ignored && IndexReport.IsValid(arguments.Error, row.Number, target, arguments.Length);
        float classes = 0;
        if (arguments.ClassWeight != 0f)
        {
            ArrayView<float> scratch = SharedMemory.Allocate<float>(RowTeam.GroupSize);
            int length = counts ? arguments.Length : 0;
            for (int i = row.Lane; i < length; i += row.Size)
            {
                classes += max - arguments.X[row.Start + i] + logarithm;
            }

            classes = arguments.ClassWeight * default(TTeam).Merge<float, SumCode>(classes, scratch, row.Size);
        }

        if (row.Lane == 0 && exists)
        {
            float nll = counts ? max - arguments.X[row.Start + target] + logarithm : 0f;

            // A zero weight leaves its term out, also where the term is infinite.
            arguments.Loss[row.Number] = (arguments.TargetWeight == 0f ? 0f : arguments.TargetWeight * nll) + classes;
            arguments.Sums[2 * row.Number] = max;
            arguments.Sums[(2 * row.Number) + 1] = sum;
            if (arguments.HasNll != 0)
            {
                arguments.Nll[row.Number] = nll;
            }
        }
    }

    /// <summary>
    /// dx[v] = s ((targetWeight + n classWeight) p[v] - classWeight - targetWeight [v = target]) with p = e^(x - max) / sum.
    /// </summary>
    public static void Backward(CrossEntropyArguments arguments)
    {
        var row = TeamRow.Mine(arguments.Bits, arguments.Rows, arguments.Length);
        if (row.Number >= arguments.Rows)
        {
            return;
        }

        int target = arguments.Targets[row.Number];
        bool counts = target != arguments.Ignored && IndexReport.IsValid(arguments.Error, row.Number, target, arguments.Length);
        float scale = arguments.Scale[arguments.ScaleIsScalar != 0 ? 0 : row.Number], max = arguments.Sums[2 * row.Number];
        float factor = scale * (arguments.TargetWeight + (arguments.Length * arguments.ClassWeight)) / arguments.Sums[(2 * row.Number) + 1];
        float constant = scale * arguments.ClassWeight, atTarget = scale * arguments.TargetWeight;
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            float slope = (factor * GpuMath.Exp(arguments.X[row.Start + i] - max)) - constant;
            arguments.DX[row.Start + i] = counts ? slope - (i == target ? atTarget : 0f) : 0f;
        }
    }
}
