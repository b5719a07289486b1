using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Largest element and sum of exponentials in one pass with one exponential per element: the sum is scaled whenever a larger element comes
/// (Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018). As a reduction, ln of the sum of exponentials.
/// </summary>
internal readonly struct MaxAndSumCode : IReduceCode<float, MaxAndSum>
{
    public MaxAndSum Empty
    {
        get
        {
            MaxAndSum state = default;
            state.Max = float.NegativeInfinity;
            return state;
        }
    }

    public MaxAndSum Add(MaxAndSum state, float x, int index)
    {
        bool larger = x > state.Max;

        // Infinity minus itself is no number.
        float e = GpuMath.Exp(larger ? state.Max - x : x == state.Max ? 0f : x - state.Max);
        state.Sum = larger ? (state.Sum * e) + 1f : x == float.NegativeInfinity ? state.Sum : state.Sum + e;
        state.Max = larger ? x : state.Max;
        return state;
    }

    public MaxAndSum Merge(MaxAndSum a, MaxAndSum b)
    {
        bool larger = b.Max > a.Max;
        float max = larger ? b.Max : a.Max, least = larger ? a.Max : b.Max;
        float sum = larger ? b.Sum : a.Sum, rest = larger ? a.Sum : b.Sum;
        a.Sum = rest == 0f ? sum : sum + (rest * GpuMath.Exp(least == max ? 0f : least - max));
        a.Max = max;
        return a;
    }

    public uint Result(MaxAndSum state) => Interop.FloatAsInt(state.Max + GpuMath.Log(SumOf(state)));

    /// <summary>The sum; 1 where the largest element is infinite, so that max + ln sum is; NaN if one of the elements is.</summary>
    public static float SumOf(MaxAndSum state) =>
        (state.Max == float.PositiveInfinity && !GpuMath.IsNaN(state.Sum)) || state.Sum == 0f ? 1f : state.Sum;
}
