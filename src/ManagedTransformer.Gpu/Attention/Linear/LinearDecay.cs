using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Decay of states: with lg = ln g and c its sums within a chunk, the weight of position i at position t is w[t, i] = e^(c[t] - c[i]) (1 -
/// g[i]) for i &lt;= t, and e^c[t] of the state before the chunk is left. No exponent is positive, so nothing overflows however small the
/// product of the gates is. The sums come in two parts each, so that differences of large ones keep their digits. All are [pair, Length];
/// without gates and padding there are none, and everything is 1.
/// </summary>
internal struct LinearDecay
{
    public ArrayView<float> High, Low, Kept, Added;
    public int Exists;

    /// <summary>The share of the state before the chunk that is left at a position.</summary>
    public static float Carry(LinearDecay decay, long position) => decay.Exists != 0 ? GpuMath.Exp(decay.High[position]) : 1;

    /// <summary>w of two positions, the later one first.</summary>
    public static float Weight(LinearDecay decay, long later, long earlier)
    {
        if (decay.Exists == 0)
        {
            return 1;
        }

        float exponent = decay.High[later] - decay.High[earlier] + (decay.Low[later] - decay.Low[earlier]);
        return GpuMath.Exp(exponent > 0 ? 0 : exponent) * decay.Added[earlier];
    }

    /// <summary>
    /// w of the thread's 4 x 4 pairs of positions, 0 above the diagonal and behind the end: rows are the earlier positions,
    /// columns the later ones.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Weights(LinearDecay decay, long start, int row, int column, int length) => QuadBlock.Of(
        Weights(decay, start, row, column, length, 0), Weights(decay, start, row, column, length, 1),
        Weights(decay, start, row, column, length, 2), Weights(decay, start, row, column, length, 3));

    private static Quad Weights(LinearDecay decay, long start, int row, int column, int length, int i) => Quad.Of(
        Limited(decay, start, row + i, column, length), Limited(decay, start, row + i, column + 1, length),
        Limited(decay, start, row + i, column + 2, length), Limited(decay, start, row + i, column + 3, length));

    private static float Limited(LinearDecay decay, long start, int earlier, int later, int length) =>
        earlier <= later && later < length ? Weight(decay, start + later, start + earlier) : 0;
}
