using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// y[b] = sum over m of weights[b, m] table[indices[b, m]]: a team of threads per bag (<see cref="RowTeam"/>), each thread with columns of
/// its own; and dWeights[b, m] = &lt;dy[b], table[indices[b, m]]&gt;: a team per product.
/// </summary>
internal static class BagCode
{
    /// <summary>The weighted sums of rows.</summary>
    public static void Forward(BagArguments arguments)
    {
        long bag = RowTeam.Row(arguments.TeamBits);
        if (bag >= arguments.Bags)
        {
            return;
        }

        long first = bag * arguments.PerBag;
        for (int column = RowTeam.Lane(arguments.TeamBits); column < arguments.Width; column += 1 << arguments.TeamBits)
        {
            float sum = 0;
            for (long m = first; m < first + arguments.PerBag; m++)
            {
                int row = arguments.Indices[m];
                if (IndexReport.IsValid(arguments.Errors, m, row, arguments.TableRows))
                {
                    sum += arguments.Weights[m] * arguments.Table[((long)row * arguments.Width) + column];
                }
            }

            arguments.Y[(bag * arguments.Width) + column] = sum;
        }
    }

    /// <summary>The gradients of the weights; that of the table is an addition of rows (<see cref="RowUpdateCode"/>).</summary>
    public static void Backward<TTeam>(BagArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(RowTeam.GroupSize);
        int size = 1 << arguments.TeamBits, lane = RowTeam.Lane(arguments.TeamBits);
        long m = RowTeam.Row(arguments.TeamBits), bag = m / arguments.PerBag;
        bool exists = bag < arguments.Bags;
        long row = exists ? arguments.Indices[m] : -1;

        // The forward pass has reported wrong indices; here they are only left out.
        bool isInside = row >= 0 && (row + 1) * arguments.Width <= arguments.Table.Length;
        int width = isInside ? arguments.Width : 0;
        float sum = 0;
        for (int column = lane; column < width; column += size)
        {
            sum += arguments.DY[(bag * arguments.Width) + column] * arguments.Table[(row * arguments.Width) + column];
        }

        sum = default(TTeam).Merge<float, SumCode>(sum, scratch, size);
        if (lane == 0 && exists)
        {
            arguments.DWeights[m] = sum;
        }
    }
}
