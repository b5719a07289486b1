using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Arguments of <see cref="BagCode"/>: Table is [TableRows, Width], Indices and Weights are [Bags, PerBag], Y is [Bags, Width]. Weights and
/// Y serve the forward, DY and DWeights the backward direction.
/// </summary>
internal struct BagArguments
{
    public ArrayView<float> Table, Weights, Y, DY, DWeights;
    public ArrayView<int> Indices;
    public ArrayView<ulong> Errors;
    public long Bags;
    public int TableRows, PerBag, Width, TeamBits;
}
