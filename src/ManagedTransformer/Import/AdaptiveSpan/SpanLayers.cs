using ManagedTransformer.Import.Sources;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Import.AdaptiveSpan;

/// <summary>The layers of a span model: what they are made of, and which parameter gets which tensor.</summary>
internal sealed class SpanLayers
{
    private readonly ImportSource _source;
    private readonly WeightPlan _plan;
    private readonly int _heads, _layers;

    /// <summary>The layers of a checkpoint.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="plan">Gets the rules.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="layers">Number of layers.</param>
    /// <exception cref="InputException">Layers differ from one another, or a span lies outside its range.</exception>
    public SpanLayers(ImportSource source, WeightPlan plan, int heads, int layers)
    {
        (_source, _plan, _heads, _layers) = (source, plan, heads, layers);
        StateDictionary state = plan.State;
        HasSpans = Same("adaptive_span", layer => state.Has(Span(layer)));
        Persistent = Same("persistent_memory", layer => state.Has(Memory(layer)) ? state.Size($"{Memory(layer)}", 3, 2) : 0);
        FeedForward = Same("ff.fc1", layer => FeedForwardOf(state, layer));
    }

    /// <summary>Whether spans are learnt.</summary>
    public bool HasSpans { get; }

    /// <summary>Persistent vectors per head.</summary>
    public int Persistent { get; }

    /// <summary>Inner width of feed-forward layers; 0 for none.</summary>
    public int FeedForward { get; }

    /// <summary>Adds the rules of all layers.</summary>
    /// <exception cref="InputException">A span lies outside its range, or differs from the one beside the persistent vectors.</exception>
    public void Map()
    {
        StateDictionary state = _plan.State;
        for (int layer = 0; layer < _layers; layer++)
        {
            string ours = $"layers.{layer}.attn", theirs = $"layers.{layer}.attn";
            foreach ((string our, string their) in (ReadOnlySpan<(string, string)>)
                [("query", "query"), ("key", "key"), ("value", "val"), ("out", "out")])
            {
                _plan.Copy($"{ours}.{our}.weight", $"{theirs}.proj_{their}.weight");
            }

            if (HasSpans)
            {
                RequireRatios(Span(layer));
                _plan.Reshape($"{ours}.span.ratio", Span(layer), _heads);
            }

            if (Persistent > 0)
            {
                _plan.SwapLast($"{ours}.persistent.key", Memory(layer));
                _plan.Copy($"{ours}.persistent.value", $"{theirs}.attn.persistent_memory.val");
                RequireSameSpan(layer);
            }

            _plan.CopyBoth($"layers.{layer}.norm1", $"layers.{layer}.norm1");
            if (FeedForward > 0)
            {
                _plan.CopyBoth($"layers.{layer}.norm2", $"layers.{layer}.norm2");
                _plan.CopyBoth($"layers.{layer}.ffn.fc1", $"layers.{layer}.ff.fc1");
                _plan.CopyBoth($"layers.{layer}.ffn.fc2", $"layers.{layer}.ff.fc2");
            }
        }

        state.Ignore(name => name.EndsWith(".mask_template", StringComparison.Ordinal)
            || name.Contains(".persistent_memory.adaptive_span.", StringComparison.Ordinal));
    }

    private static string Span(int layer) => $"layers.{layer}.attn.attn.adaptive_span._mask.current_val";

    private static string Memory(int layer) => $"layers.{layer}.attn.attn.persistent_memory.key";

    private int FeedForwardOf(StateDictionary state, int layer)
    {
        string name = _plan.Named($"layers.{layer}.ffn.fc1.weight", $"layers.{layer}.ff.fc1.weight");
        return state.Has(name) ? state.Size(name, 2, 0) : 0;
    }

    private T Same<T>(string what, Func<int, T> of)
        where T : notnull
    {
        T first = of(0);
        for (int layer = 1; layer < _layers; layer++)
        {
            if (!of(layer).Equals(first))
            {
                throw _source.Refuse($"layer {layer} and layer 0 differ in '{what}', and all layers of a model must agree");
            }
        }

        return first;
    }

    private void RequireRatios(string name)
    {
        float[] ratios = TensorReader.Floats(_plan.State.Require(name, 3), name);
        if (Array.FindIndex(ratios, ratio => ratio is not (>= 0 and <= 1)) is >= 0 and int head)
        {
            throw _source.Refuse($"the span of head {head} in '{name}' lies outside 0 to 1, where training keeps it");
        }
    }

    private void RequireSameSpan(int layer)
    {
        string repeated = $"layers.{layer}.attn.attn.persistent_memory.adaptive_span._mask.current_val";
        if (_plan.State.Has(repeated) && !_plan.State.AreEqual(repeated, Span(layer)))
        {
            throw _source.Refuse($"'{repeated}' differs from '{Span(layer)}', of which it is a copy");
        }
    }
}
