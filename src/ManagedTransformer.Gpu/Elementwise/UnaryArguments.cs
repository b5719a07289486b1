using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="UnaryKernel"/>: Count elements of each view.</summary>
internal struct UnaryArguments
{
    /// <summary>The operand of the function or of its derivative, and the result.</summary>
    public ArrayView<float> X, Y;

    /// <summary>The gradient of the function's value; for the derivative only.</summary>
    public ArrayView<float> Upstream;

    public long Count;

    /// <summary>The function's parameters.</summary>
    public float A, B;
}
