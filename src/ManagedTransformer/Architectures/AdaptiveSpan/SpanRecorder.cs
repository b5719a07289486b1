using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Reports;

namespace ManagedTransformer.Architectures.AdaptiveSpan;

/// <summary>Records over an evaluation how far back the heads of a model look.</summary>
/// <param name="slot">The mechanism's options.</param>
/// <param name="stack">The model's layers.</param>
/// <param name="sizes">The model's sizes.</param>
internal sealed class SpanRecorder(SpanSlot slot, LayerStack stack, ModelSizes sizes) : IMechanismRecorder
{
    private readonly Dictionary<Module, DynamicSpans> _spans = [];

    /// <inheritdoc/>
    public void Observe(Module part, object choice)
    {
        // Learnt spans stand in the parameters; dynamic ones are only known as they pass.
        if (choice is SpansUsed { Spans: { Rank: 3 } spans })
        {
            if (!_spans.TryGetValue(part, out DynamicSpans? record))
            {
                _spans[part] = record = new DynamicSpans(slot.Config);
            }

            record.Add(spans);
        }
    }

    /// <inheritdoc/>
    public RecordedReport Report()
    {
        SpanConfig span = slot.Config;
        List<IReadOnlyList<double>> layers = [];
        double average = 0, longest = 0;
        long cached = 0;
        foreach (SpanSelfAttention attention in stack.Layers.Select(layer => layer.Attention).OfType<SpanSelfAttention>())
        {
            DynamicSpans? dynamic = _spans.GetValueOrDefault(attention);
            SpanSizes needed = attention.Sizes ?? dynamic?.Sizes ?? SpanSizes.Fixed(span);
            layers.Add(attention.SpanRatio is { } ratio ? [.. ratio.ToArray().Select(share => (double)share * span.Limit)]
                : dynamic?.Heads ?? [.. Enumerable.Repeat((double)span.Limit, sizes.Heads)]);
            average += (double)needed.Average / sizes.Layers;
            longest = Math.Max(longest, needed.Longest);
            cached += needed.Cache;
        }

        double perLayer = (4.0 * sizes.Dim * sizes.Dim) + (2.0 * sizes.Dim * (average + slot.Persistent));
        return new SpanReport
        {
            Average = average,
            Max = longest,
            Layers = layers,
            AttentionFlops = (long)Math.Round(sizes.Layers * perLayer),
            CachedStates = cached,
        };
    }
}
