using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Sums of the contributions to table rows (<see cref="RowContributions"/>).</summary>
internal static unsafe class ReferenceRowSums
{
    /// <summary>Every table row that has contributions, with their sum.</summary>
    public static List<(long Row, double[] Sum)> Of(in RowContributions contributions)
    {
        List<(long Row, double[] Sum)> sums = [];
        for (long place = 0; place < contributions.Count; place++)
        {
            int row = contributions.Sorted.Integers()[place], contribution = contributions.Order.Integers()[place];
            if (sums.Count == 0 || sums[^1].Row != row)
            {
                sums.Add((row, new double[contributions.Width]));
            }

            double weight = contributions.Weights.IsAbsent ? 1 : contributions.Weights.Floats()[contribution];
            float* values = contributions.Values.Floats() + ((long)(contribution / contributions.PerValue) * contributions.Width);
            for (int j = 0; j < contributions.Width; j++)
            {
                sums[^1].Sum[j] += weight * values[j];
            }
        }

        return sums;
    }
}
