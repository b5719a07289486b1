using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="ScanCode"/>: X and Y are [outer, N, Inner].</summary>
internal struct ScanArguments
{
    public ArrayView<float> X, Y;

    /// <summary>Where there is more than one part: their sums, [outer, Parts, Inner].</summary>
    public ArrayView<float> Sums;

    /// <summary>outer Inner.</summary>
    public long Lines;

    public long Inner;
    public int N;

    /// <summary>Parts of the axis, and the length of each but the last.</summary>
    public int Parts, PartLength;

    /// <summary>1 if the sums run from the end, else 0.</summary>
    public int Reverse;

    /// <summary>The logarithm of the threads that share a row.</summary>
    public int Bits;
}
