using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Reads and additions at indices, in the order of the indices.</summary>
internal sealed unsafe class ReferenceIndexKernels : IIndexKernels
{
    public void GatherRows(DeviceBuffer table, int tableRows, DeviceBuffer indices, DeviceBuffer y, long count, int width)
    {
        for (long i = 0; i < count; i++)
        {
            int row = Checked(indices.Integers()[i], tableRows);
            for (int j = 0; j < width; j++)
            {
                y.Floats()[(i * width) + j] = table.Floats()[((long)row * width) + j];
            }
        }
    }

    public void ScatterAddRows(DeviceBuffer x, DeviceBuffer indices, int skipped, DeviceBuffer table, int tableRows, long count, int width)
    {
        double[] sums = new double[(long)tableRows * width];
        for (long i = 0; i < count; i++)
        {
            if (indices.Integers()[i] == skipped)
            {
                continue;
            }

            int row = Checked(indices.Integers()[i], tableRows);
            for (int j = 0; j < width; j++)
            {
                sums[((long)row * width) + j] += x.Floats()[(i * width) + j];
            }
        }

        AddTo(table.Floats(), sums);
    }

    public void Gather(DeviceBuffer x, DeviceBuffer indices, DeviceBuffer y, long outer, int n, int k, long inner)
    {
        for (long place = 0; place < outer * k * inner; place++)
        {
            y.Floats()[place] = x.Floats()[Source(indices, place, n, k, inner)];
        }
    }

    public void ScatterAdd(DeviceBuffer y, DeviceBuffer indices, DeviceBuffer x, long outer, int n, int k, long inner)
    {
        double[] sums = new double[outer * n * inner];
        for (long place = 0; place < outer * k * inner; place++)
        {
            sums[Source(indices, place, n, k, inner)] += y.Floats()[place];
        }

        AddTo(x.Floats(), sums);
    }

    public void EmbeddingBag(DeviceBuffer table, int tableRows, DeviceBuffer indices, DeviceBuffer weights, DeviceBuffer y, long bags,
        int perBag, int width)
    {
        for (long place = 0; place < bags * width; place++)
        {
            (long bag, long column) = Math.DivRem(place, width);
            double sum = 0;
            for (long m = bag * perBag; m < (bag + 1) * perBag; m++)
            {
                sum += (double)weights.Floats()[m] * table.Floats()[((long)Checked(indices.Integers()[m], tableRows) * width) + column];
            }

            y.Floats()[place] = (float)sum;
        }
    }

    public void EmbeddingBagWeightGradient(DeviceBuffer table, DeviceBuffer indices, DeviceBuffer dy, DeviceBuffer dWeights, long bags,
        int perBag, int width)
    {
        for (long m = 0; m < bags * perBag; m++)
        {
            double sum = 0;
            for (int column = 0; column < width; column++)
            {
                sum += (double)dy.Floats()[(m / perBag * width) + column] * table.Floats()[((long)indices.Integers()[m] * width) + column];
            }

            dWeights.Floats()[m] = (float)sum;
        }
    }

    public void Sort(DeviceBuffer indices, int limit, DeviceBuffer sorted, DeviceBuffer order, long count)
    {
        int[] positions = [.. Enumerable.Range(0, (int)count).OrderBy(i => Checked(indices.Integers()[i], limit))];
        for (int place = 0; place < positions.Length; place++)
        {
            order.Integers()[place] = positions[place];
            sorted.Integers()[place] = indices.Integers()[positions[place]];
        }
    }

    public void AddRows(in RowContributions contributions, DeviceBuffer table)
    {
        foreach ((long row, double[] sum) in ReferenceRowSums.Of(contributions))
        {
            for (int j = 0; j < sum.Length; j++)
            {
                float* place = table.Floats() + (row * sum.Length) + j;
                *place = (float)(*place + sum[j]);
            }
        }
    }

    /// <summary>The place in [outer, n, inner] that the index at a place of [outer, k, inner] points to.</summary>
    private static long Source(DeviceBuffer indices, long place, int n, int k, long inner)
    {
        long outerIndex = place / (k * inner), innerIndex = place % inner;
        return (((outerIndex * n) + Checked(indices.Integers()[place], n)) * inner) + innerIndex;
    }

    private static int Checked(int index, int limit) => (uint)index < (uint)limit
        ? index
        : throw new ArgumentOutOfRangeException(nameof(index), $"The index {index} is outside 0 .. {limit - 1}.");

    private static void AddTo(float* values, double[] sums)
    {
        for (long i = 0; i < sums.Length; i++)
        {
            values[i] = (float)(values[i] + sums[i]);
        }
    }
}
