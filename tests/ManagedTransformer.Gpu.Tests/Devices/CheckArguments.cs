using ILGPU;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>What <see cref="CheckCode"/> takes.</summary>
internal struct CheckArguments
{
    public ArrayView<ulong> Word;
    public ArrayView<int> Indices;
    public int Size;
}
