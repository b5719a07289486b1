using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="RowGatherCode"/>: Table is [TableRows, Width], Y is [Count, Width].</summary>
internal struct RowGatherArguments
{
    public ArrayView<float> Table, Y;
    public ArrayView<int> Indices;
    public ArrayView<ulong> Errors;
    public long Count;
    public int TableRows, Width, TeamBits;
}
