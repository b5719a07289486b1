using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Softmax of four queries over scores that come tile by tile (Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018):
/// the largest scores m so far, the same in all threads of the column, and the thread's part of the sums of e^(s - m), as they are and
/// masked. When m grows, what was summed up before shrinks by e^(old m - new m).
/// </summary>
internal struct SoftmaxState
{
    public Quad Max, Sum, Masked;

    /// <summary>Before the first tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SoftmaxState Start()
    {
        SoftmaxState state;
        state.Max = Quad.Of(float.NegativeInfinity);
        state.Sum = default;
        state.Masked = default;
        return state;
    }

    /// <summary>Takes in the largest scores of a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SoftmaxStep Step(SoftmaxState state, Quad largest)
    {
        SoftmaxStep step;
        step.Max = Quad.Max(state.Max, largest);
        step.Shift = Shift(step.Max);
        step.Factor = Quad.Exp(Quad.Subtract(state.Max, step.Shift));
        return step;
    }

    /// <summary>Takes in the exponentials of a tile, as they are and masked; rows belong to keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SoftmaxState Add(SoftmaxState state, SoftmaxStep step, QuadBlock exponentials, QuadBlock masked)
    {
        state.Max = step.Max;
        state.Sum = Quad.Add(Quad.Multiply(state.Sum, step.Factor), QuadBlock.SumRows(exponentials));
        state.Masked = Quad.Add(Quad.Multiply(state.Masked, step.Factor), QuadBlock.SumRows(masked));
        return state;
    }

    /// <summary>Queries that have seen no key: minus infinity minus itself would be NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Shift(Quad max) => Quad.Of(Shift(max.X), Shift(max.Y), Shift(max.Z), Shift(max.W));

    /// <summary>The same for one query.</summary>
    public static float Shift(float max) => max == float.NegativeInfinity ? 0 : max;
}
