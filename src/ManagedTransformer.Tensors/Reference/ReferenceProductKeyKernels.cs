using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>
/// The product-key search by exhaustion: all pairs are scored and sorted. Half scores and their sums are rounded to Float32,
/// as devices have them.
/// </summary>
internal sealed unsafe class ReferenceProductKeyKernels : IProductKeyKernels
{
    public void Search(DeviceBuffer query, DeviceBuffer keys, DeviceBuffer scores, DeviceBuffer slots, in ProductKeyShape shape)
    {
        int n = shape.Keys, half = shape.Half, kept = shape.Kept;
        float[] sums = new float[n * n], first = new float[n], second = new float[n];
        int[] order = new int[n * n];
        for (long item = 0; item < shape.Rows * shape.Heads; item++)
        {
            float* q = query.Floats() + (item * 2 * half), k = keys.Floats() + (item % shape.Heads * 2 * n * half);
            for (int i = 0; i < n; i++)
            {
                first[i] = Clean(Product(q, k + (i * half), half));
                second[i] = Clean(Product(q + half, k + ((n + i) * half), half));
            }

            for (int slot = 0; slot < n * n; slot++)
            {
                order[slot] = slot;
                sums[slot] = Clean(first[slot / n] + second[slot % n]);
            }

            Array.Sort(order, (a, b) => sums[a] == sums[b] ? a.CompareTo(b) : sums[b].CompareTo(sums[a]));
            for (int r = 0; r < kept; r++)
            {
                slots.Integers()[(item * kept) + r] = order[r];
                scores.Floats()[(item * kept) + r] = sums[order[r]];
            }
        }
    }

    public void QueryGradient(DeviceBuffer keys, DeviceBuffer slots, DeviceBuffer dScores, DeviceBuffer dQuery, in ProductKeyShape shape)
    {
        for (long place = 0; place < shape.Rows * shape.Heads * 2 * shape.Half; place++)
        {
            long item = place / (2 * shape.Half);
            int half = (int)(place / shape.Half % 2), column = (int)(place % shape.Half);
            double sum = 0;
            for (long r = item * shape.Kept; r < (item + 1) * shape.Kept; r++)
            {
                sum += (double)dScores.Floats()[r] * keys.Floats()[Key(slots.Integers()[r], item, half, shape) + column];
            }

            dQuery.Floats()[place] = (float)sum;
        }
    }

    public void KeyGradient(DeviceBuffer query, DeviceBuffer slots, DeviceBuffer dScores, DeviceBuffer dKeys, in ProductKeyShape shape)
    {
        double[] sums = new double[shape.Heads * 2L * shape.Keys * shape.Half];
        for (long r = 0; r < shape.Rows * shape.Heads * shape.Kept; r++)
        {
            long item = r / shape.Kept;
            for (int place = 0; place < 2 * shape.Half; place++)
            {
                sums[Key(slots.Integers()[r], item, place / shape.Half, shape) + (place % shape.Half)] +=
                    (double)dScores.Floats()[r] * query.Floats()[(item * 2 * shape.Half) + place];
            }
        }

        for (long i = 0; i < sums.Length; i++)
        {
            dKeys.Floats()[i] = (float)(dKeys.Floats()[i] + sums[i]);
        }
    }

    /// <summary>First element of the half key of a slot.</summary>
    private static long Key(int slot, long item, int half, in ProductKeyShape shape) =>
        (((((item % shape.Heads) * 2) + half) * shape.Keys) + (half == 0 ? slot / shape.Keys : slot % shape.Keys)) * shape.Half;

    private static float Clean(float score) => float.IsNaN(score) ? float.NegativeInfinity : score;

    private static float Product(float* a, float* b, int count)
    {
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return (float)sum;
    }
}
