namespace ManagedTransformer.Gpu;

internal static partial class GpuMath
{
    private const float Log2E = 1.44269504f;

    // ln 2 in two parts; the first has 9 significant bits, so that n LnTwoHigh is exact for every exponent n.
    private const float LnTwoHigh = 0.693359375f, LnTwoLow = -2.12194440e-4f;

    /// <summary>e^x, error about 1 ulp; 0 below -103.98, infinity above 88.72, NaN for NaN.</summary>
    public static float Exp(float x)
    {
        float n = ReduceExponent(x, out float r);
        return ScaleByPowerOfTwo(ReducedExpMinusOne(r) + 1f, (int)n);
    }

    /// <summary>e^x - 1 for x from 0 to 88, error at most 2 ulp.</summary>
    public static float ExpMinusOne(float x)
    {
        float n = ReduceExponent(x, out float r);
        float power = ScaleByPowerOfTwo(1f, (int)n);
        return (power * ReducedExpMinusOne(r)) + (power - 1f);
    }

    /// <summary>x = n ln 2 + r with |r| at most ln(2) / 2.</summary>
    private static float ReduceExponent(float x, out float r)
    {
        // Outside these bounds the result is 0 or infinity; NaN is neither below nor above.
        float above = x < -104f ? -104f : x, bounded = above > 89f ? 89f : above;
        float n = Nearest(bounded * Log2E);
        r = bounded - (n * LnTwoHigh);
        r -= n * LnTwoLow;
        return n;
    }

    /// <summary>e^r - 1 = r + r^2 q(r) for |r| at most ln(2) / 2, q a minimax polynomial (relative error of the sum 3e-9).</summary>
    private static float ReducedExpMinusOne(float r) =>
        (r * r * Polynomial(r, 0.49999994f, 0.1666652f, 0.041668393f, 0.0083687808f, 0.0013814465f)) + r;

    /// <summary>x 2^n for |n| up to 200, subnormal results included.</summary>
    private static float ScaleByPowerOfTwo(float x, int n)
    {
        int half = n >> 1;
        return x * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    /// <summary>2^n for n from -126 to 127.</summary>
    private static float PowerOfTwo(int n) => FromBits((uint)(n + 127) << 23);
}
