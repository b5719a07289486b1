using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// y = gain x rrms with rrms = 1 / sqrt(mean(x^2) + epsilon), and dx = rrms (g - x rrms^2 mean(g x)) with g = gain dy: a team of threads
/// per row (<see cref="RowTeam"/>).
/// </summary>
internal static class RmsNormCode
{
    /// <summary>y, and rrms of every row.</summary>
    public static void Forward<TTeam>(RmsNormArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(RowTeam.GroupSize);
        var row = TeamRow.Mine(arguments.TeamBits, arguments.Rows, arguments.Width);
        float squares = 0;
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            squares += arguments.X[row.Start + i] * arguments.X[row.Start + i];
        }

        squares = default(TTeam).Merge<float, SumCode>(squares, scratch, row.Size);
        float rrms = 1f / MathF.Sqrt((squares / arguments.Width) + arguments.Epsilon);
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            arguments.Y[row.Start + i] = arguments.Gain[i] * (arguments.X[row.Start + i] * rrms);
        }

        if (row.Lane == 0 && row.Number < arguments.Rows)
        {
            arguments.Rrms[row.Number] = rrms;
        }
    }

    /// <summary>dx; that of the gain is a sum over rows (<see cref="RmsNormTerm"/>).</summary>
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
            arguments.DX[row.Start + i] = rrms * (g - (arguments.X[row.Start + i] * share));
        }
    }
}
