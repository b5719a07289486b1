namespace ManagedTransformer.Gpu;

internal static partial class GpuMath
{
    /// <summary>
    /// a^b with the edge values of <see cref="MathF.Pow"/>, error about 1 ulp, 2 where the result is near the largest or smallest number.
    /// e^(b ln |a|) needs 8 digits of the logarithm more than a float has, so it is kept as a sum of two floats, the first of 12 bits.
    /// </summary>
    public static float Pow(float a, float b)
    {
        if (b == 0f || a == 1f)
        {
            return 1f;
        }

        if (IsNaN(a) || IsNaN(b))
        {
            return a + b;
        }

        float size = Magnitude(b);
        bool whole = size >= 8388608f || (int)size == size;
        bool odd = whole && size < 16777216f && ((int)size & 1) != 0;
        float magnitude = Magnitude(a);
        float power;
        if (magnitude == 1f)
        {
            power = 1f;
        }
        else if (magnitude == 0f || IsNotFinite(magnitude) || IsNotFinite(b))
        {
            power = magnitude > 1f == b > 0f ? float.PositiveInfinity : 0f;
        }
        else
        {
            power = PowerOfPositive(magnitude, b);
        }

        bool negative = (Bits(a) & 0x80000000u) != 0;
        if (negative && a < 0f && !whole && !IsNotFinite(a))
        {
            return float.NaN;
        }

        return negative && odd ? -power : power;
    }

    /// <summary>x^y for finite numbers, x above 0.</summary>
    private static float PowerOfPositive(float x, float y)
    {
        float n = SplitMantissa(x, out float f);

        // ln(1 + f) = 2 s + s w(s^2) with s = f / (2 + f), |s| below 0.172. s is high + low: f - 2 high is exact,
        // and so are the products of halves.
        float divisor = 2f + f;
        float high = UpperHalf(f / divisor);
        float upper = UpperHalf(f);
        float low = (f - (2f * high) - (high * upper) - (high * (f - upper))) / divisor;
        float s = high + low;
        float u = s * s;
        float w = u * Polynomial(u, 0.66666667f, 0.4f, 0.28571429f, 0.22222222f, 0.18181818f);

        // ln x = sum + rest. The first product is exact, and where it is not 0 it is larger than 2 high.
        float whole = n * LnTwoHigh;
        float sum = whole + (2f * high);
        float rest = (2f * high) - (sum - whole) + ((n * LnTwoLow) + ((2f * low) + (s * w)));
        float first = UpperHalf(sum + rest);
        float second = rest - (first - sum);

        // y ln x = product + remainder; the product of halves is exact.
        float upperY = UpperHalf(y);
        float product = upperY * first;
        if (product > 200f)
        {
            return float.PositiveInfinity;
        }

        if (product < -200f)
        {
            return 0f;
        }

        float remainder = ((y - upperY) * first) + (y * second);
        float exponent = Nearest((product + remainder) * Log2E);
        float r = product - (exponent * LnTwoHigh) + (remainder - (exponent * LnTwoLow));
        return ScaleByPowerOfTwo(ReducedExpMinusOne(r) + 1f, (int)exponent);
    }
}
