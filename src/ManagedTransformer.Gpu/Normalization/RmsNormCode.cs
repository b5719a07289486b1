using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// y = gain x rrms with rrms = 1 / sqrt(mean(x^2) + epsilon), and dx = rrms (g - x rrms^2 mean(g x)) with g = gain dy: a team of threads
/// per row (<see cref="RowTeam"/>).
/// </summary>
internal static class RmsNormCode
{
    public static void Forward<TTeam>(RmsNormArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(2 * RowTeam.GroupSize);
        int size = 1 << arguments.TeamBits, lane = RowTeam.Lane(arguments.TeamBits);
        long row = RowTeam.Row(arguments.TeamBits), start = row * arguments.Width;
        int width = row < arguments.Rows ? arguments.Width : 0;
        float squares = 0;
        for (int i = lane; i < width; i += size)
        {
            squares += arguments.X[start + i] * arguments.X[start + i];
        }

        squares = default(TTeam).Sum(squares, scratch, size);
        float rrms = 1f / MathF.Sqrt((squares / arguments.Width) + arguments.Epsilon);
        for (int i = lane; i < width; i += size)
        {
            arguments.Y[start + i] = arguments.Gain[i] * (arguments.X[start + i] * rrms);
        }

        if (lane == 0 && row < arguments.Rows)
        {
            arguments.Rrms[row] = rrms;
        }
    }

    public static void Backward<TTeam>(RmsNormArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(2 * RowTeam.GroupSize);
        int size = 1 << arguments.TeamBits, lane = RowTeam.Lane(arguments.TeamBits);
        long row = RowTeam.Row(arguments.TeamBits), start = row * arguments.Width;
        bool exists = row < arguments.Rows;
        int width = exists ? arguments.Width : 0;
        float rrms = exists ? arguments.Rrms[row] : 0, dot = 0;
        for (int i = lane; i < width; i += size)
        {
            dot += arguments.Gain[i] * arguments.DY[start + i] * arguments.X[start + i];
        }

        dot = default(TTeam).Sum(dot, scratch, size);
        float share = rrms * rrms * (dot / arguments.Width);
        for (int i = lane; i < width; i += size)
        {
            float g = arguments.Gain[i] * arguments.DY[start + i];
            arguments.DX[start + i] = rrms * (g - (arguments.X[start + i] * share));
        }
    }
}
