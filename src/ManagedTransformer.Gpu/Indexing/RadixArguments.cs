using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="RadixCode"/> for one digit.</summary>
internal struct RadixArguments
{
    /// <summary>The source in the first pass, which has no order yet.</summary>
    public RadixKeys Keys;

    /// <summary>The source of the later passes.</summary>
    public ArrayView<int> FromKeys, FromOrder;

    public ArrayView<int> ToKeys, ToOrder;

    /// <summary>The number of times each group has each digit, [digits, groups]; then the places that it moves them to.</summary>
    public ArrayView<int> Counts;

    public long Count;
    public int PerThread, Groups, Shift, DigitBits, Passes, IsFirst;
}
