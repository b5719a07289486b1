using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="PartialSumCode"/> and <see cref="RowTotalCode"/>: X is [Parts, Count].</summary>
internal struct PartialSumArguments
{
    public ArrayView<float> X, Y;
    public long Parts, Count;
}
