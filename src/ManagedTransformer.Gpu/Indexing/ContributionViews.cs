using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The <see cref="ManagedTransformer.Tensors.Kernels.RowContributions"/> of a launch. Contributions to rows outside 0 .. TableRows - 1 are
/// left out.
/// </summary>
internal struct ContributionViews
{
    public ArrayView<int> Sorted, Order;
    public ArrayView<float> Weights, Values;
    public long Count;
    public int PerValue, Width, HasWeights, TableRows;

    /// <summary>The logarithm of how many places a piece of a long segment has.</summary>
    public int PieceBits;

    /// <summary>
    /// The logarithm of the threads of a team, each of which takes <see cref="SegmentCode.PerThread"/> columns at a time.
    /// </summary>
    public int TeamBits;

    /// <summary>The sums of pieces of long segments, [2 pieces, Width].</summary>
    public ArrayView<float> Parts;
}
