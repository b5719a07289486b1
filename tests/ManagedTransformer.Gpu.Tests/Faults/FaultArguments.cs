using ILGPU;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>What <see cref="FaultCode"/> takes.</summary>
internal struct FaultArguments
{
    public ArrayView<float> X;
    public ArrayView<float> Y;
    public ArrayView<int> Counts;

    /// <summary>The address of X.</summary>
    public long Source;
    public int Count;
}
