using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// With g = gain dy and xhat = (s - mean) rstd: ds = rstd (g - mean(g) - xhat mean(g xhat)) (+ dSum): a team of threads per row (<see
/// cref="RowTeam"/>).
/// </summary>
internal static class LayerNormGradientCode
{
    public static void Run<TTeam>(LayerNormGradientArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(2 * RowTeam.GroupSize);
        int size = 1 << arguments.TeamBits, lane = RowTeam.Lane(arguments.TeamBits);
        long row = RowTeam.Row(arguments.TeamBits), start = row * arguments.Width;
        bool exists = row < arguments.Rows;
        int width = exists ? arguments.Width : 0;
        float mean = exists ? arguments.Mean[row] : 0, rstd = exists ? arguments.Rstd[row] : 0;
        float sum = 0, dot = 0;
        for (int i = lane; i < width; i += size)
        {
            float g = arguments.Gain[i] * arguments.DY[start + i];
            sum += g;
            dot += g * ((arguments.S[start + i] - mean) * rstd);
        }

        FloatPair sums = default(TTeam).Sum(new FloatPair { A = sum, B = dot }, scratch, size);
        float meanG = sums.A / arguments.Width, meanDot = sums.B / arguments.Width;
        for (int i = lane; i < width; i += size)
        {
            float g = arguments.Gain[i] * arguments.DY[start + i], normal = (arguments.S[start + i] - mean) * rstd;
            float slope = (g - meanG - (normal * meanDot)) * rstd;
            arguments.DS[start + i] = arguments.HasDSum != 0 ? slope + arguments.DSum[start + i] : slope;
        }
    }
}
