using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Span attention of a single query per head, as in step-by-step generation: keys, values and positions are read once, where they lie; it
/// keeps nothing for a gradient. A chunk of work is one head of one sequence.
/// </summary>
internal readonly unsafe struct SpanDecode<TOps, TVector>(SpanArguments arguments) : IWorkerJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public int Chunks => arguments.Batch * arguments.Heads;

    public void Execute(int chunk)
    {
        int batch = chunk / arguments.Heads, head = chunk % arguments.Heads, slots = arguments.Slots(head),
            persistent = arguments.Persistent, width = arguments.Width;
        int paddedSlots = RowPanels<TOps, TVector>.PaddedRows(slots), paddedPersistent = RowPanels<TOps, TVector>.PaddedRows(persistent),
            padded = RowPanels<TOps, TVector>.Padded(width);
        AttentionScratch.Tiles.Reserve(paddedSlots + paddedPersistent + padded);
        float* window = AttentionScratch.Tiles.Take(paddedSlots), persistentSlots = AttentionScratch.Tiles.Take(paddedPersistent),
            sum = AttentionScratch.Tiles.Take(padded);

        Scores(arguments, batch, 0, head, window, persistentSlots);
        SpanRamp<TOps, TVector> ramp = new(arguments.Span(batch, 0, head), slots, arguments.Ramp);
        float normalizer = SpanSoftmax<TOps, TVector>.Weigh(window, slots, persistentSlots, persistent, ramp, arguments.Epsilon,
            out _, out _);
        arguments.StoreWeights(chunk, head, window, persistentSlots, 1 / normalizer);
        if (!arguments.HasOutput)
        {
            return;
        }

        // The factor of persistent values is taken into their weights.
        RowPanels<TOps, TVector>.Scale(persistentSlots, paddedPersistent, arguments.ValueScale);
        RowProducts<TOps, TVector>.WeightedSum(window, arguments.Values(batch, head), 0, slots, width, sum, accumulate: false);
        RowProducts<TOps, TVector>.WeightedSum(persistentSlots, arguments.PersistentValues(head), 0, persistent, width, sum,
            accumulate: true);
        RowPanels<TOps, TVector>.Scale(sum, padded, 1 / normalizer);
        new ReadOnlySpan<float>(sum, width).CopyTo(new Span<float>(arguments.Outputs(batch, head)[0], width));
    }

    /// <summary>The scores of one query; what fills up the last vectors is minus infinity.</summary>
    public static void Scores(in SpanArguments arguments, int batch, int t, int head, float* window, float* persistentSlots)
    {
        int slots = arguments.Slots(head), persistent = arguments.Persistent, width = arguments.Width;
        float* query = arguments.Queries(batch, head)[t];
        RowProducts<TOps, TVector>.Dots(query, width, arguments.Keys(batch, head), t, slots, arguments.Scale, window, accumulate: false);
        RowProducts<TOps, TVector>.Dots(query, width, arguments.Positions(head), 0, slots, arguments.Scale, window, accumulate: true);
        RowProducts<TOps, TVector>.Dots(query, width, arguments.PersistentKeys(head), 0, persistent, 1, persistentSlots, accumulate: false);
        new Span<float>(window + slots, RowPanels<TOps, TVector>.PaddedRows(slots) - slots).Fill(float.NegativeInfinity);
        new Span<float>(persistentSlots + persistent, RowPanels<TOps, TVector>.PaddedRows(persistent) - persistent)
            .Fill(float.NegativeInfinity);
    }
}
