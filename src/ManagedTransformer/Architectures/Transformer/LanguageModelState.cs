using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>What a language model remembers between generation steps: the states of its layers.</summary>
public sealed class LanguageModelState : IGenerationState
{
    private readonly int _limit;

    internal LanguageModelState(IReadOnlyList<LayerState> layers, int limit, DepthState? depth) =>
        (Layers, _limit, Depth) = (layers, limit, depth);

    /// <summary>One state per layer.</summary>
    public IReadOnlyList<LayerState> Layers { get; }

    /// <inheritdoc/>
    public int Length { get; private set; }

    /// <inheritdoc/>
    public int Room => _limit == int.MaxValue ? int.MaxValue : _limit - Length;

    /// <inheritdoc/>
    public long Bytes => Layers.Sum(layer => layer.Bytes) + (Depth?.Bytes ?? 0);

    /// <summary>The layer, from 1, at which the last token of every row left the stack; empty for models without exits.</summary>
    public ReadOnlySpan<int> Exits => Depth is null ? [] : Depth.Exits;

    /// <summary>Early exits; null for models without.</summary>
    internal DepthState? Depth { get; }

    /// <inheritdoc/>
    public void Reset()
    {
        Length = 0;
        Depth?.Reset();
        foreach (LayerState layer in Layers)
        {
            layer.Reset();
        }
    }

    /// <summary>Becomes a state that has read so many tokens, without reading any (<see cref="LayerState.TryPretend"/>).</summary>
    internal bool TryPretend(int length, int capacity)
    {
        bool isAble = Depth is null;
        for (int i = 0; i < Layers.Count && isAble; i++)
        {
            isAble = Layers[i].TryPretend(length, capacity);
        }

        Length = isAble ? length : Length;
        return isAble;
    }

    /// <summary>Makes sure that the model has positions for new tokens.</summary>
    internal void Require(int count)
    {
        if (count > Room)
        {
            throw new ArgumentException($"The model reads at most {_limit} positions, {Length} are used and {count} more were given.");
        }
    }

    /// <summary>Counts tokens that every layer has read.</summary>
    internal void Advance(int count) => Length = (int)Math.Min(int.MaxValue, (long)Length + count);
}
