using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Finds the slots that a head must compute. Those beyond its spans have no weight, but their scores are part of the sum behind epsilon.
/// That sum counts where the softmax has almost all of its mass out there; elsewhere it is not worth the time that short spans save.
/// </summary>
internal static unsafe class SpanReach<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    // Scores of queries with slots beyond the spans: up to so many all of them are looked at, beyond that those of some queries.
    private const long FewScores = 4096;
    private const int Probes = 32;

    /// <summary>
    /// Lets a head compute all slots where a query needs those beyond its spans. Depends on the operands only: forward and backward agree.
    /// </summary>
    /// <param name="arguments">Its heads' slots lie in <paramref name="slots"/>.</param>
    /// <param name="slots">As far as the spans reach; changed.</param>
    public static void Extend(in SpanArguments arguments, int* slots)
    {
        long queries = (long)arguments.Batch * arguments.QueryLength;
        for (int head = 0; head < arguments.Heads; head++)
        {
            int near = slots[head], beyond = arguments.Length - near;
            if (beyond == 0)
            {
                continue;
            }

            slots[head] = arguments.Length;
            long step = queries * beyond <= FewScores ? 1 : Math.Max(queries / Probes, 1);
            bool needed = false;
            for (long query = 0; query < queries && !needed; query += step)
            {
                needed = NeedsBeyond(arguments, (int)(query / arguments.QueryLength), (int)(query % arguments.QueryLength), head, beyond);
            }

            slots[head] = needed ? arguments.Length : near;
        }
    }

    private static bool NeedsBeyond(in SpanArguments arguments, int batch, int t, int head, int beyond)
    {
        int slots = arguments.Length, persistent = arguments.Persistent, width = arguments.Width;
        int padded = RowPanels<TOps, TVector>.PaddedRows(slots), paddedPersistent = RowPanels<TOps, TVector>.PaddedRows(persistent);
        AttentionScratch.Tiles.Reserve(padded + paddedPersistent);
        float* window = AttentionScratch.Tiles.Take(padded), persistentSlots = AttentionScratch.Tiles.Take(paddedPersistent);
        SpanDecode<TOps, TVector>.Scores(arguments, batch, t, head, window, persistentSlots);
        float largest = float.NegativeInfinity, mass = 0;
        for (int c = 0; c < beyond; c++)
        {
            largest = Math.Max(largest, window[c]);
        }

        for (int c = 0; c < beyond; c++)
        {
            mass += MathF.Exp(window[c] - largest);
        }

        SpanRamp<TOps, TVector> ramp = new(arguments.Span(batch, t, head), slots, arguments.Ramp);
        float normalizer = SpanSoftmax<TOps, TVector>.Weigh(window, slots, persistentSlots, persistent, ramp, arguments.Epsilon,
            out float max, out _);
        return arguments.Epsilon * mass * MathF.Exp(largest - max) > SpanAttentionProblem.Significant * normalizer;
    }
}
