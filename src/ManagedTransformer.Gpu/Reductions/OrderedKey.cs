using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// A float and its index as one integer that is larger for what comes earlier: larger values, of equal ones the smaller index; NaN comes
/// last. Never 0, which fills empty places. All keys of a row differ, so that every way of sorting them gives the same order.
/// </summary>
internal static class OrderedKey
{
    /// <summary>The key of element <paramref name="index"/>.</summary>
    public static ulong Of(float x, int index)
    {
        // Zeros of both signs are equal.
        uint bits = x == 0f ? 0u : Interop.FloatAsInt(x);
        uint order = GpuMath.IsNaN(x) ? 0u : (bits & 0x80000000u) != 0u ? ~bits : bits | 0x80000000u;
        return ((ulong)order << 32) | ~(uint)index;
    }

    /// <summary>The index in a key.</summary>
    public static int Index(ulong key) => (int)~(uint)key;
}
