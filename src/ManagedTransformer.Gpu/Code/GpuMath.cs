using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Elementary functions inside kernels: the polynomials of the CPU's <c>VectorMath</c>, since what drivers and ILGPU offer differs in the last bits or is only approximate
/// (<c>ex2.approx</c>, <c>tanh.approx</c>). Whether a product and a sum are fused is the driver's choice; every function holds its error either way.
/// </summary>
internal static partial class GpuMath
{
    private const float Log2E = 1.44269504f;

    // ln 2 in two parts; the first has 9 significant bits, so that n LnTwoHigh is exact for every exponent n.
    private const float LnTwoHigh = 0.693359375f, LnTwoLow = -2.12194440e-4f;

    // Adding and subtracting 1.5 2^23 rounds a small number to the nearest integer.
    private const float Rounder = 12582912f;

    /// <summary>e^x, error about 1 ulp; 0 below -103.98, infinity above 88.72, NaN for NaN.</summary>
    public static float Exp(float x)
    {
        float clamped = x < -104f ? -104f : x > 89f ? 89f : x;
        float n = (clamped * Log2E) + Rounder - Rounder;
        float r = clamped - (n * LnTwoHigh);
        r -= n * LnTwoLow;
        return ScaleByPowerOfTwo(ReducedExpMinusOne(r) + 1f, (int)n);
    }

    /// <summary>e^r - 1 = r + r^2 q(r) for |r| at most ln(2) / 2, q a minimax polynomial (relative error of the sum 3e-9).</summary>
    private static float ReducedExpMinusOne(float r)
    {
        float q = 0.0013814465f;
        q = (q * r) + 0.0083687808f;
        q = (q * r) + 0.041668393f;
        q = (q * r) + 0.1666652f;
        q = (q * r) + 0.49999994f;
        return (r * r * q) + r;
    }

    /// <summary>x 2^n for |n| up to 200, subnormal results included.</summary>
    private static float ScaleByPowerOfTwo(float x, int n)
    {
        int half = n >> 1;
        return x * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    /// <summary>2^n for n from -126 to 127.</summary>
    private static float PowerOfTwo(int n) => Interop.IntAsFloat((uint)(n + 127) << 23);
}
