namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Weighted rows to be added to rows of a table, sorted by table row. Contribution number e = <see cref="Order"/>[place] goes to table row
/// <see cref="Sorted"/>[place]: weights[e] values[e / <see cref="PerValue"/>]. A table row's contributions add up in the order of places.
/// </summary>
/// <param name="Sorted">Table rows, ascending, Int32 [Count].</param>
/// <param name="Order">Numbers of the contributions, Int32 [Count].</param>
/// <param name="Weights">[Count] by number of the contribution; absent: all 1.</param>
/// <param name="Values">[Count / PerValue, Width]</param>
/// <param name="Count">Number of contributions.</param>
/// <param name="PerValue">Number of contributions in a row that share a row of values.</param>
/// <param name="Width">Width of the rows.</param>
/// <param name="Summed">
/// [rows of the table, Width]: the sums of the rows that have contributions, which updates take from here;
/// <see cref="IOptimizerKernels.SumOfSquaresRows"/> writes them. Absent: updates add up.
/// </param>
internal readonly record struct RowContributions(
    DeviceBuffer Sorted, DeviceBuffer Order, DeviceBuffer Weights, DeviceBuffer Values, long Count, int PerValue, int Width,
    DeviceBuffer Summed = default);
