using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="SoftmaxCode"/>: rows of Length elements.</summary>
internal struct SoftmaxArguments
{
    /// <summary>
    /// The input and the result of the function; in the backward direction the function's result and the gradient of its input.
    /// </summary>
    public ArrayView<float> X, Y;

    /// <summary>In the backward direction: the gradient of the function's result.</summary>
    public ArrayView<float> Upstream;

    public long Rows;
    public int Length;

    /// <summary>The logarithm of the threads that share a row.</summary>
    public int Bits;
}
