using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="PartialSumCode"/> and <see cref="RowTotalCode"/> take.</summary>
internal struct PartialSumArguments
{
    public ArrayView<float> X, Y;
    public long Parts, Count;
}
