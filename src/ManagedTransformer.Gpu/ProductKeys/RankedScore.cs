using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// A score and a number as one unsigned integer whose ascending order is the wanted one: largest score first, equal scores by smaller
/// number. NaN counts as negative infinity, and zeros of both signs are equal.
/// </summary>
internal static class RankedScore
{
    /// <summary>Behind all others.</summary>
    public const ulong Last = ulong.MaxValue;

    private const uint Sign = 0x80000000, Infinity = 0x7F800000;

    /// <summary>From a score and its number.</summary>
    public static ulong Of(float score, int number)
    {
        uint bits = Interop.FloatAsInt(score), magnitude = bits & ~Sign;
        bits = magnitude == 0 ? 0 : magnitude > Infinity ? Sign | Infinity : bits;
        uint ascending = (bits & Sign) != 0 ? ~bits : bits | Sign;
        return ((ulong)~ascending << 32) | (uint)number;
    }

    /// <summary>The score; minus infinity if it was NaN.</summary>
    public static float Score(ulong ranked)
    {
        uint ascending = ~(uint)(ranked >> 32);
        return Interop.IntAsFloat((ascending & Sign) != 0 ? ascending & ~Sign : ~ascending);
    }

    /// <summary>The number.</summary>
    public static int Number(ulong ranked) => (int)(uint)ranked;
}
