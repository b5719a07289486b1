using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Elementary functions inside kernels: the polynomials of the CPU's <c>VectorMath</c>, since what drivers and ILGPU offer differs in the
/// last bits or is only approximate (<c>ex2.approx</c>, <c>tanh.approx</c>). Whether a product and a sum are fused is the driver's choice;
/// every function holds its error either way: where digits cancel, the product is exact. No double precision: some devices have none.
/// </summary>
internal static partial class GpuMath
{
    // Adding and subtracting 1.5 2^23 rounds a number below 2^22 to the nearest integer.
    private const float Rounder = 12582912f;

    /// <summary>True if x is infinite or NaN.</summary>
    public static bool IsNotFinite(float x) => (Bits(x) & 0x7F800000u) == 0x7F800000u;

    /// <summary>True if x is NaN.</summary>
    public static bool IsNaN(float x) => (Bits(x) & 0x7FFFFFFFu) > 0x7F800000u;

    /// <summary>The larger of a and b, NaN if one of them is; the instruction of PTX forgets NaN.</summary>
    public static float Max(float a, float b) => a > b ? a : b >= a ? b : a + b;

    /// <summary>The smaller of a and b, NaN if one of them is.</summary>
    public static float Min(float a, float b) => a < b ? a : b <= a ? b : a + b;

    private static uint Bits(float x) => Interop.FloatAsInt(x);

    private static float FromBits(uint bits) => Interop.IntAsFloat(bits);

    private static float Nearest(float x) => x + Rounder - Rounder;

    private static float Magnitude(float x) => FromBits(Bits(x) & 0x7FFFFFFFu);

    /// <summary>The sign bit of <paramref name="sign"/> on a magnitude, which is not negative.</summary>
    private static float WithSignOf(float magnitude, float sign) => FromBits(Bits(magnitude) | (Bits(sign) & 0x80000000u));

    /// <summary>
    /// The upper 12 of 24 significant bits: products of two such numbers are exact, and so are those with what is left, which has 12 bits.
    /// </summary>
    private static float UpperHalf(float x) => FromBits(Bits(x) & 0xFFFFF000u);

    /// <summary>c0 + c1 x + c2 x^2 + ..., highest power first.</summary>
    private static float Polynomial(float x, float c0, float c1, float c2) => (((c2 * x) + c1) * x) + c0;

    private static float Polynomial(float x, float c0, float c1, float c2, float c3, float c4) =>
        (((Polynomial(x, c2, c3, c4) * x) + c1) * x) + c0;

    private static float Polynomial(float x, float c0, float c1, float c2, float c3, float c4, float c5) =>
        (Polynomial(x, c1, c2, c3, c4, c5) * x) + c0;
}
