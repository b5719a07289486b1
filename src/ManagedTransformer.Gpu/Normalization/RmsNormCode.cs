using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// s = x (+ residual), y = gain s rrms with rrms = 1 / sqrt(mean(s^2) + epsilon), and ds = rrms (g - s rrms^2 mean(g s)) (+ dSum) with g =
/// gain dy: a team of threads per row (<see cref="RowTeam"/>).
/// </summary>
internal static class RmsNormCode
{
    /// <summary>s where there is a residual, y, and rrms of every row.</summary>
    public static void Forward<TTeam>(RmsNormArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(RowTeam.GroupSize);
        var row = TeamRow.Mine(arguments.TeamBits, arguments.Rows, arguments.Width);
        ArrayView<float> s = arguments.HasOther != 0 ? arguments.Sum : arguments.X;
        float squares = 0;
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            float value = arguments.X[row.Start + i];
            if (arguments.HasOther != 0)
            {
                value += arguments.Other[row.Start + i];
                arguments.Sum[row.Start + i] = value;
            }

            squares += value * value;
        }

        squares = default(TTeam).Merge<float, SumCode>(squares, scratch, row.Size);
        float rrms = 1f / MathF.Sqrt((squares / arguments.Width) + arguments.Epsilon);
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            arguments.Y[row.Start + i] = arguments.Gain[i] * (s[row.Start + i] * rrms);
        }

        if (row.Lane == 0 && row.Number < arguments.Rows)
        {
            arguments.Rrms[row.Number] = rrms;
        }
    }

    /// <summary>ds; that of the gain is a sum over rows (<see cref="RmsNormTerm"/>).</summary>
    public static void Backward<TTeam>(RmsNormArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(RowTeam.GroupSize);
        var row = TeamRow.Mine(arguments.TeamBits, arguments.Rows, arguments.Width);
        float rrms = row.Number < arguments.Rows ? arguments.Rrms[row.Number] : 0, dot = 0;
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            dot += arguments.Gain[i] * arguments.DY[row.Start + i] * arguments.X[row.Start + i];
        }

        dot = default(TTeam).Merge<float, SumCode>(dot, scratch, row.Size);
        float share = rrms * rrms * (dot / arguments.Width);
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            float g = arguments.Gain[i] * arguments.DY[row.Start + i];
            float slope = rrms * (g - (arguments.X[row.Start + i] * share));
            arguments.DX[row.Start + i] = arguments.HasOther != 0 ? slope + arguments.Other[row.Start + i] : slope;
        }
    }
}
