namespace ManagedTransformer.Gpu;

/// <summary>
/// How tensor cores multiply Float32 matrices; sums are Float32 in any case. Devices without tensor cores, and small products, always
/// compute in Float32.
/// </summary>
public enum MatMulPrecision
{
    /// <summary>As accurate as Float32 arithmetic: three products of parts with 11 significant bits.</summary>
    Float32,

    /// <summary>Operands rounded to 11 significant bits: an error of about 5e-4 in each product.</summary>
    Tf32,

    /// <summary>Operands rounded to 8 significant bits: an error of about 4e-3 in each product.</summary>
    BFloat16,
}
