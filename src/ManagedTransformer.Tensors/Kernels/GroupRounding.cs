using System.Runtime.Intrinsics;

namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// The rule by which groups of up to 32 numbers become small integers and a BFloat16 scale, a part of the contract, since files keep what
/// it gives. Vectors have 128 bits on every processor, so that all of them give the same.
/// </summary>
internal static unsafe class GroupRounding
{
    private const int GroupSize = QuantizedMatrix.GroupSize, Lanes = 4;

    // Scales of Int4 to choose from, as parts of the one at which the largest number is -8: a smaller one cuts it off and is finer
    // elsewhere.
    private const int Candidates = 13;
    private const float SmallestPart = 0.76f, PartStep = 0.02f;

    /// <summary>
    /// Int8: scale = max |x| / 127, rounded up, so that nothing is cut off; codes = x / scale, to nearest even.
    /// </summary>
    /// <param name="x">32 numbers, 0 where the group has fewer.</param>
    /// <param name="codes">Receives 32 integers.</param>
    /// <returns>The scale.</returns>
    public static ushort ToInt8(float* x, int* codes)
    {
        float largest = MathF.Abs(Extreme(x));
        if (largest == 0)
        {
            new Span<int>(codes, GroupSize).Clear();
            return 0;
        }

        ushort scale = RoundUp(largest / 127);
        Divide(x, Widen(scale), -127, 127, codes);
        return scale;
    }

    /// <summary>
    /// Int4: of 13 scales from 0.76 to 1 times extreme / -8, each then improved to sum of x c / sum of c^2 of its codes c, that with the
    /// least sum of squared errors; codes = x / scale, to nearest even, within -8 .. 7.
    /// </summary>
    /// <param name="x">32 numbers, 0 where the group has fewer.</param>
    /// <param name="codes">Receives 32 integers.</param>
    /// <returns>The scale, which may be negative.</returns>
    public static ushort ToInt4(float* x, int* codes)
    {
        float extreme = Extreme(x), unit = MathF.Abs(extreme), least = float.PositiveInfinity;
        ushort best = 0;
        if (extreme == 0)
        {
            new Span<int>(codes, GroupSize).Clear();
            return 0;
        }

        // In parts of the largest number, so that squares neither overflow nor vanish.
        float* parts = stackalloc float[GroupSize];
        for (int i = 0; i < GroupSize; i++)
        {
            parts[i] = x[i] / unit;
        }

        for (int i = Candidates - 1; i >= 0; i--)
        {
            ushort scale = Nearest(extreme / -8 * (SmallestPart + (PartStep * i)));
            Divide(parts, Widen(scale) / unit, -8, 7, codes);
            Choose(parts, scale, unit, codes, ref best, ref least);
            ushort improved = Nearest(BestScale(parts, codes) * unit);
            if (improved != scale)
            {
                Divide(parts, Widen(improved) / unit, -8, 7, codes);
                Choose(parts, improved, unit, codes, ref best, ref least);
            }
        }

        Divide(parts, Widen(best) / unit, -8, 7, codes);
        return best;
    }

    private static void Choose(float* x, ushort scale, float unit, int* codes, ref ushort best, ref float least)
    {
        Vector128<float> factor = Vector128.Create(Widen(scale) / unit), sum = Vector128<float>.Zero;
        for (int i = 0; i < GroupSize; i += Lanes)
        {
            Vector128<float> error = Vector128.Load(x + i) - (Vector128.ConvertToSingle(Vector128.Load(codes + i)) * factor);
            sum += error * error;
        }

        float squares = Vector128.Sum(sum);
        if (squares < least)
        {
            (best, least) = (scale, squares);
        }
    }

    private static float BestScale(float* x, int* codes)
    {
        Vector128<float> products = Vector128<float>.Zero, squares = Vector128<float>.Zero;
        for (int i = 0; i < GroupSize; i += Lanes)
        {
            Vector128<float> code = Vector128.ConvertToSingle(Vector128.Load(codes + i));
            products += Vector128.Load(x + i) * code;
            squares += code * code;
        }

        return Vector128.Sum(products) / Math.Max(1, Vector128.Sum(squares));
    }

    private static void Divide(float* x, float scale, float lowest, float highest, int* codes)
    {
        if (scale == 0)
        {
            new Span<int>(codes, GroupSize).Clear();
            return;
        }

        Vector128<float> divisor = Vector128.Create(scale), low = Vector128.Create(lowest), high = Vector128.Create(highest);
        for (int i = 0; i < GroupSize; i += Lanes)
        {
            Vector128<float> quotient = Vector128.Round(Vector128.Load(x + i) / divisor);
            Vector128.ConvertToInt32(Vector128.Min(Vector128.Max(quotient, low), high)).Store(codes + i);
        }
    }

    // The number that is farthest from 0.
    private static float Extreme(float* x)
    {
        float extreme = 0;
        for (int i = 0; i < GroupSize; i++)
        {
            extreme = MathF.Abs(x[i]) > MathF.Abs(extreme) ? x[i] : extreme;
        }

        return extreme;
    }

    private static ushort RoundUp(float positive) => (ushort)((BitConverter.SingleToUInt32Bits(positive) + 0xFFFF) >> 16);

    private static ushort Nearest(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private static float Widen(ushort scale) => BitConverter.UInt32BitsToSingle((uint)scale << 16);
}
