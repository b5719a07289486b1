using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Finds the slots that a head must compute. Those beyond its spans have no weight, but their scores are part of the sum behind epsilon.
/// That sum counts where the softmax has almost all of its mass out there; elsewhere it is not worth the time that short spans save.
/// A chunk of work is a head.
/// </summary>
internal readonly unsafe struct SpanReach<TOps, TVector> : IWorkerJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    // Scores of queries with slots beyond the spans: up to so many all of them are looked at, beyond that those of some queries.
    private const long FewScores = 4096;
    private const int Probes = 32;

    private readonly SpanArguments _arguments;
    private readonly int* _slots;

    private SpanReach(in SpanArguments arguments, int* slots)
    {
        _arguments = arguments;
        _slots = slots;
    }

    /// <summary>
    /// Lets a head compute all slots where a query needs those beyond its spans. Depends on the operands only: forward and backward agree.
    /// </summary>
    /// <param name="arguments">Its heads' slots lie in <paramref name="slots"/>.</param>
    /// <param name="slots">As far as the spans reach; changed.</param>
    public static void Extend(in SpanArguments arguments, int* slots)
    {
        SpanReach<TOps, TVector> job = new(arguments, slots);
        if ((long)arguments.Batch * arguments.QueryLength >= Probes)
        {
            WorkerPool.Shared.Run(arguments.Heads, ref job);
            return;
        }

        for (int head = 0; head < arguments.Heads; head++)
        {
            job.Execute(head);
        }
    }

    public void Execute(int head)
    {
        long queries = (long)_arguments.Batch * _arguments.QueryLength;
        int near = _slots[head], beyond = _arguments.Length - near;
        if (beyond == 0)
        {
            return;
        }

        _slots[head] = _arguments.Length;
        long step = queries * beyond <= FewScores ? 1 : Math.Max(queries / Probes, 1);
        bool needed = false;
        for (long query = 0; query < queries && !needed; query += step)
        {
            if (query + step < queries)
            {
                Keys(query + step, head).Prefetch(0, _arguments.Length, _arguments.Width);
            }

            needed = NeedsBeyond(_arguments, Batch(query), Time(query), head, beyond);
        }

        _slots[head] = needed ? _arguments.Length : near;
    }

    private int Batch(long query) => (int)(query / _arguments.QueryLength);

    private int Time(long query) => (int)(query % _arguments.QueryLength);

    private HeadRows Keys(long query, int head)
    {
        HeadRows keys = _arguments.Keys(Batch(query), head);
        return new HeadRows(keys[Time(query)], keys.Stride);
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
