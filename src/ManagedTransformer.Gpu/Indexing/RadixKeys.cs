using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Keys to sort: indices, with one common key for those that are skipped or wrong.</summary>
internal struct RadixKeys
{
    public ArrayView<int> Indices;
    public ArrayView<ulong> Errors;
    public int Limit, Skips, Skipped, Sentinel;

    /// <summary>1 if <see cref="At"/> reports wrong indices: once is enough.</summary>
    public int Reports;

    /// <summary>The key of a position.</summary>
    public readonly int At(long position)
    {
        int index = Indices[position];
        if (Skips != 0 && index == Skipped)
        {
            return Sentinel;
        }

        if ((uint)index < (uint)Limit)
        {
            return index;
        }

        if (Reports != 0)
        {
            IndexReport.IsValid(Errors, position, index, Limit);
        }

        return Sentinel;
    }
}
