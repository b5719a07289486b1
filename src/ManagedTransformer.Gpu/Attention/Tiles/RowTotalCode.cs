using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>y[part] = the sum of x[part, i] over all i: a group per part.</summary>
internal static class RowTotalCode
{
    public const int GroupSize = 256;

    public static void Run<TTeam>(PartialSumArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(GroupSize);
        float sum = 0;
        for (long i = Group.IdxX; i < arguments.Count; i += Group.DimX)
        {
            sum += arguments.X[(Grid.IdxX * arguments.Count) + i];
        }

        sum = default(TTeam).Merge<float, SumCode>(sum, scratch, Group.DimX);
        if (Group.IdxX == 0)
        {
            arguments.Y[Grid.IdxX] = sum;
        }
    }
}
