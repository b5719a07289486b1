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

    /// <summary>Products of tensor cores in a product of fragments.</summary>
    int Products { get; }

    /// <summary>True if a product covers 16 k, the fragments of the second 8 taken after those of the first; else it covers 8.</summary>
    bool IsPaired { get; }

    /// <summary>Makes the fragment of A that was read last ready to be multiplied.</summary>
    /// <param name="second">True for the second 8 k of a product.</param>
    void TakeLeft(bool second);

    /// <summary>The same for the fragments of B.</summary>
    /// <param name="second">True for the second 8 k of a product.</param>
    /// <param name="isExact">True if the elements have at most 11 significant bits.</param>
    void TakeRight(bool second, bool isExact);

    /// <summary>Adds what was taken to a band of sums (<see cref="TensorSums"/>).</summary>
    void Multiply(int band, bool isExact);

    /// <summary>The same with A and B exchanged: the sums have the bits that <see cref="Multiply"/> gives the transposed product.</summary>
    void MultiplyMirrored(int band);
}
