using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// With g = gain dy and xhat = (s - mean) rstd: ds = rstd (g - mean(g) - xhat mean(g xhat)) (+ dSum): a team of threads per row
/// (<see cref="RowTeam"/>) walks along it twice, first for the two means. The gradients of gain and bias are sums over rows
/// (<see cref="LayerNormTerm"/>).
/// </summary>
internal static class LayerNormGradientCode
{
    public static void Run<TTeam>(LayerNormGradientArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<FloatPair> scratch = SharedMemory.Allocate<FloatPair>(RowTeam.GroupSize);
        var row = TeamRow.Mine(arguments.TeamBits, arguments.Rows, arguments.Width);
        bool exists = row.Number < arguments.Rows;
        float mean = exists ? arguments.Mean[row.Number] : 0, rstd = exists ? arguments.Rstd[row.Number] : 0;
        float sum = 0, dot = 0;
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            float g = arguments.Gain[i] * arguments.DY[row.Start + i];
            sum += g;
            dot += g * ((arguments.S[row.Start + i] - mean) * rstd);
        }

        FloatPair sums = default(TTeam).Merge<FloatPair, PairSum>(new FloatPair { A = sum, B = dot }, scratch, row.Size);
        float meanG = sums.A / arguments.Width, meanDot = sums.B / arguments.Width;
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            float g = arguments.Gain[i] * arguments.DY[row.Start + i], normal = (arguments.S[row.Start + i] - mean) * rstd;
            float slope = (g - meanG - (normal * meanDot)) * rstd;
            arguments.DS[row.Start + i] = arguments.HasDSum != 0 ? slope + arguments.DSum[row.Start + i] : slope;
        }
    }
}
