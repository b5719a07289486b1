using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Architectures.ProductKeyMemory;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Evaluation;

/// <summary>Records over an evaluation how far back the heads of a model look and what its memories read.</summary>
internal sealed class ForwardRecorder : IForwardObserver
{
    private readonly CausalLanguageModel _model;
    private readonly Dictionary<Module, DynamicSpans> _spans = [];
    private readonly MemoryUsageObserver _memories = new();

    private ForwardRecorder(CausalLanguageModel model) => _model = model;

    /// <summary>A recorder; null for a model that has neither spans nor memories.</summary>
    /// <param name="model">The model that will be evaluated.</param>
    public static ForwardRecorder? For(CausalLanguageModel model) =>
        model.Config.Span is not null || model.Config.Memory is not null ? new ForwardRecorder(model) : null;

    /// <inheritdoc/>
    public void Observe(Module part, object choice)
    {
        _memories.Observe(part, choice);

        // Learnt spans stand in the parameters; dynamic ones are only known as they pass.
        if (choice is SpansUsed { Spans: { Rank: 3 } spans })
        {
            if (!_spans.TryGetValue(part, out DynamicSpans? record))
            {
                _spans[part] = record = new DynamicSpans(_model.Config.Span!);
            }

            record.Add(spans);
        }
    }

    /// <summary>What was recorded.</summary>
    public EvaluationDetails Details() => new()
    {
        Spans = _model.Config.Span is not null ? Spans() : null,
        Memories = _model.Config.Memory is null ? null : [.. Memories()],
    };

    private SpanDetails Spans()
    {
        LanguageModelConfig config = _model.Config;
        SpanConfig span = config.Span!;
        List<IReadOnlyList<double>> layers = [];
        double average = 0, longest = 0;
        long cached = 0;
        foreach (SpanSelfAttention attention in _model.Layers.Select(layer => (SpanSelfAttention)layer.Attention))
        {
            DynamicSpans? dynamic = _spans.GetValueOrDefault(attention);
            SpanSizes sizes = attention.Sizes ?? dynamic?.Sizes ?? SpanSizes.Fixed(span);
            layers.Add(attention.SpanRatio is { } ratio ? [.. ratio.ToArray().Select(share => (double)share * span.Limit)]
                : dynamic?.Heads ?? [.. Enumerable.Repeat((double)span.Limit, config.Heads)]);
            average += (double)sizes.Average / config.Layers;
            longest = Math.Max(longest, sizes.Longest);
            cached += sizes.Cache;
        }

        double perLayer = (4.0 * config.Dim * config.Dim) + (2.0 * config.Dim * (average + config.Persistent));
        return new SpanDetails
        {
            Average = average,
            Max = longest,
            Layers = layers,
            AttentionFlops = (long)Math.Round(config.Layers * perLayer),
            CachedStates = cached,
        };
    }

    private IEnumerable<MemoryDetails> Memories()
    {
        for (int layer = 0; layer < _model.Layers.Count; layer++)
        {
            if (Memory(_model.Layers[layer].Positionwise, $"{layer}") is { } inside)
            {
                yield return inside;
            }

            if (Memory(_model.Layers[layer].After, $"{layer}+") is { } behind)
            {
                yield return behind;
            }
        }
    }

    private MemoryDetails? Memory(Module? module, string position)
    {
        if (module is not ProductKeyMemory memory || !_memories.Usages.TryGetValue(memory, out MemoryUsage? usage))
        {
            return null;
        }

        UsageStatistics statistics = usage.Statistics();
        int heads = memory.Config.Heads;
        return new MemoryDetails
        {
            Position = position,
            Slots = memory.Config.Slots,
            Usage = statistics.Usage,
            Kl = statistics.KlWeighted,
            HeadUsage = [.. Enumerable.Range(0, heads).Select(head => usage.Head(head).Usage)],
            SubKeyUsage = memory.Config.FlatKeys ? []
                : [.. Enumerable.Range(0, heads)
                    .Select(head => (IReadOnlyList<double>)[usage.HalfKeys(head, 0).Usage, usage.HalfKeys(head, 1).Usage])],
        };
    }
}
