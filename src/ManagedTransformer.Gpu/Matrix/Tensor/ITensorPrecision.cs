namespace ManagedTransformer.Gpu;

/// <summary>
/// Multiplication of Float32 numbers on tensor cores. The methods are inlined: they contain PTX about registers of the kernel.
/// </summary>
internal interface ITensorPrecision
{
    /// <summary>
    /// True if a sum may be NaN where Float32 arithmetic gives an infinity or a number, so that it must be computed once more.
    /// </summary>
    bool NeedsCheck { get; }

    /// <summary>Adds the products over 16 k to the sums of a warp.</summary>
    /// <param name="left">Where the lane reads fragments of op(A).</param>
    /// <param name="right">Where it reads fragments of op(B).</param>
    void Multiply<TTile, TLeft, TRight>(uint left, uint right)
        where TTile : struct, ITensorTile
        where TLeft : struct, ITensorLayout
        where TRight : struct, ITensorLayout;
}
