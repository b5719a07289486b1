using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="BagCode"/> takes: Weights and Y in the forward, DY and DWeights in the backward direction.</summary>
internal struct BagArguments
{
    public ArrayView<float> Table, Weights, Y, DY, DWeights;
    public ArrayView<int> Indices;
    public ArrayView<ulong> Errors;
    public long Bags;
    public int TableRows, PerBag, Width, TeamBits;
}
