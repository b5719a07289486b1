namespace ManagedTransformer.Tensors;

/// <summary>
/// Precision with which a device multiplies matrices of Float32, and queries with keys and weights with values in attention where tensor
/// cores do. Sums are Float32 in every case. The processor rounds operands of matrix products like tensor cores, which costs time there and
/// saves none: it shows what a precision does to a model. Its attention is Float32 always.
/// </summary>
public enum MatMulPrecision
{
    /// <summary>Errors of the size of Float32's: on tensor cores three products of the upper and lower halves of the operands.</summary>
    Float32,

    /// <summary>
    /// Operands are rounded to 11 significant bits (TF32): about three times as fast, relative errors of about 5e-4 per product.
    /// </summary>
    Tf32,

    /// <summary>
    /// Operands are rounded to 8 significant bits (BFloat16): about twice as fast again, relative errors of about 4e-3 per product.
    /// </summary>
    BFloat16,
}
