using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="UnaryKernel"/> takes.</summary>
internal struct UnaryArguments
{
    /// <summary>What the function or its derivative reads, and the result.</summary>
    public ArrayView<float> X, Y;

    /// <summary>The gradient of the function's value; for the derivative only.</summary>
    public ArrayView<float> Upstream;

    public long Count;

    /// <summary>The function's parameters.</summary>
    public float A, B;
}
