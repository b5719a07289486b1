using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="RowGatherCode"/> takes.</summary>
internal struct RowGatherArguments
{
    public ArrayView<float> Table, Y;
    public ArrayView<int> Indices;
    public ArrayView<ulong> Errors;
    public long Count;
    public int TableRows, Width, TeamBits;
}
