namespace ManagedTransformer.Gpu;

internal static partial class GpuMath
{
    // Up to here products of the quadrant's number with the parts of pi / 2 are exact.
    private const float LargestReducedAngle = 12_000f;

    /// <summary>sin x, error at most 1.5 ulp (near zeros away from 0: 1e-7 absolute); NaN at infinities.</summary>
    public static float Sin(float x) => SinOfQuadrants(x, 0);

    /// <summary>cos x, error at most 1.5 ulp (near zeros: 1e-7 absolute); NaN at infinities.</summary>
    public static float Cos(float x) => SinOfQuadrants(x, 1);

    /// <summary>cos(2 pi u + quadrants pi / 2) for u from 0 to 1 and small integers.</summary>
    public static float CosOfTurns(float u, int quadrants)
    {
        float n = Nearest(u * 4f);
        return SinOfRemainder((u - (n * 0.25f)) * 6.28318531f, (int)n + quadrants + 1);
    }

    /// <summary>sin(x + shift pi / 2).</summary>
    private static float SinOfQuadrants(float x, int shift)
    {
        if (Magnitude(x) > LargestReducedAngle)
        {
            return IsNotFinite(x) ? x - x : SinOfLargeAngle(x, shift);
        }

        // pi / 2 in three parts (Cody and Waite), the first two with 8 and 11 bits.
        float n = Nearest(x * 0.636619772f);
        float r = x - (n * 1.5703125f);
        r -= n * 4.83751297e-4f;
        r -= n * 7.54978995e-8f;
        return SinOfRemainder(r, (int)n + shift);
    }

    /// <summary>
    /// The same for finite numbers of magnitude 1 and more (Payne and Hanek): x = m 2^e, and of 2 / pi only the 64 bits count whose
    /// products with x are neither multiples of a whole turn nor below 2^-62 of a quadrant each. Wrapping around,
    /// the product drops the whole turns.
    /// </summary>
    private static float SinOfLargeAngle(float x, int shift)
    {
        uint bits = Bits(x);
        ulong mantissa = (bits & 0x007FFFFFu) | 0x00800000u;

        // The first bit that counts has the weight 2^(1 - e) in 2 / pi.
        int skipped = (int)((bits >> 23) & 0xFF) - 150 - 2;
        ulong window = skipped < 0
            ? TwoOverPi(0) >> -skipped
            : (TwoOverPi(skipped >> 6) << (skipped & 63)) | (TwoOverPi((skipped >> 6) + 1) >> 1 >> (63 - (skipped & 63)));

        // Quadrants, with 62 bits behind the point.
        ulong angle = mantissa * window;
        ulong quadrant = (angle + (1UL << 61)) >> 62;
        long rest = (long)(angle - (quadrant << 62));
        float r = rest * (1.57079633f / 4611686018427387904f);
        bool negative = (bits & 0x80000000u) != 0;
        return SinOfRemainder(negative ? -r : r, (negative ? -(int)quadrant : (int)quadrant) + shift);
    }

    /// <summary>The bits of 2 / pi behind the point, 64 a word.</summary>
    private static ulong TwoOverPi(int word) => word == 0 ? 0xA2F9836E4E441529UL : word == 1 ? 0xFC2757D1F534DDC0UL : 0xDB6295993C439041UL;

    /// <summary>sin(r + quadrant pi / 2) for |r| at most pi / 4.</summary>
    private static float SinOfRemainder(float r, int quadrant)
    {
        float u = r * r;
        float sin = (u * r * Polynomial(u, -0.16666655f, 0.0083321733f, -0.00019516656f)) + r;
        float cos = (u * u * Polynomial(u, 0.041666653f, -0.0013887649f, 2.4463166e-05f)) + ((u * -0.5f) + 1f);
        return FromBits(Bits((quadrant & 1) != 0 ? cos : sin) ^ ((uint)(quadrant & 2) << 30));
    }
}
