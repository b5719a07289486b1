namespace ManagedTransformer.Gpu;

internal static partial class GpuMath
{
    private const float SqrtTwo = 1.41421356f;

    // sqrt(1/2): the bits that become the zero of the exponent, so that mantissas lie from there to sqrt 2.
    private const uint SqrtHalfBits = 0x3F3504F3;

    /// <summary>ln x, error about 1 ulp; -infinity at 0, NaN below, infinity at infinity.</summary>
    public static float Log(float x)
    {
        float n = SplitMantissa(x, out float f);
        float y = LogOfMantissa(f, n);
        y = x < float.PositiveInfinity ? y : x + x;
        y = x == 0f ? float.NegativeInfinity : y;
        return x < 0f ? float.NaN : y;
    }

    /// <summary>ln(1 + x) for x from 0 to 1, error at most 2 ulp.</summary>
    public static float LogOnePlus(float x)
    {
        // 1 + x = 2 (1 + f) with f = (x - 1) / 2 above sqrt 2: no digit of x is lost in the sum 1 + x.
        bool large = x > SqrtTwo - 1f;
        return LogOfMantissa(large ? (x * 0.5f) - 0.5f : x, large ? 1f : 0f);
    }

    /// <summary>x = 2^n (1 + f) with sqrt(1/2) &lt;= 1 + f &lt; sqrt 2, for positive x; f is exact.</summary>
    private static float SplitMantissa(float x, out float f)
    {
        bool tiny = x < 1.17549435e-38f;
        float scaled = tiny ? x * 8388608f : x;
        int offset = (int)(Bits(scaled) - SqrtHalfBits);
        f = FromBits((uint)(offset & 0x007FFFFF) + SqrtHalfBits) - 1f;
        return (offset >> 23) + (tiny ? -23f : 0f);
    }

    /// <summary>
    /// n ln 2 + ln(1 + f) with ln(1 + f) = f - f^2 / 2 + f^3 p(f), p a minimax polynomial (relative error of the sum 8e-10).
    /// </summary>
    private static float LogOfMantissa(float f, float n)
    {
        float p = Polynomial(f, -0.16667996f, 0.14219552f, -0.12405589f, 0.11888162f, -0.11675651f, 0.067466393f);
        p = (p * f) + 0.20002119f;
        p = (p * f) - 0.25000009f;
        p = (p * f) + 0.33333313f;
        float square = f * f;
        float tail = (square * f * p) + (n * LnTwoLow);
        tail -= square * 0.5f;
        return (n * LnTwoHigh) + (f + tail);
    }
}
