using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>What a language model remembers between generation steps: the states of its layers.</summary>
public sealed class LanguageModelState : IGenerationState, IDecodingState
{
    private readonly int _limit;
    private readonly IDepthState? _depth;
    private RowHistory? _history;
    private int _rows, _shared;
    private bool _isReleased;

    internal LanguageModelState(IReadOnlyList<LayerState> layers, int rows, int limit, IDepthState? depth) =>
        (Layers, _rows, _limit, _depth) = (layers, rows, limit, depth);

    /// <summary>One state per layer.</summary>
    public IReadOnlyList<LayerState> Layers { get; }

    /// <inheritdoc/>
    public int Length { get; private set; }

    /// <inheritdoc/>
    public int Room => _limit == int.MaxValue ? int.MaxValue : _limit - Length;

    /// <inheritdoc/>
    public long Bytes => Layers.Sum(layer => layer.Bytes) + (_depth?.Bytes ?? 0);

    /// <summary>The layer, from 1, at which the last token of every row left the stack; empty for models without exits.</summary>
    public ReadOnlySpan<int> Exits => _depth is null ? [] : _depth.Exits;

    /// <summary>Ends a step between two layers, behind which the state is of no use.</summary>
    internal CancellationToken Cancellation { get; set; }

    int IDecodingState.Rows => _rows;

    CancellationToken IDecodingState.Cancellation => Cancellation;

    IDepthState? IDecodingState.Depth => _depth;

    /// <inheritdoc/>
    public void Reset()
    {
        (Length, _history) = (0, null);
        _depth?.Reset();
        foreach (LayerState layer in Layers)
        {
            layer.Reset();
        }
    }

    Tensor IDecodingState.AttendToMemory(int layer, Tensor x, int[]? rows) =>
        throw new InvalidOperationException("A language model has no memory to attend to.");

    void IDecodingState.Advance(int count)
    {
        Length = (int)Math.Min(int.MaxValue, (long)Length + count);
        for (int i = 0; i < count && _history is not null; i++)
        {
            _history.Append(_rows);
        }
    }

    /// <summary>Gives its memory back at once, instead of when the collector comes by; nothing is stepped afterwards.</summary>
    internal void Release()
    {
        if (!_isReleased)
        {
            _isReleased = true;
            foreach (LayerState layer in Layers)
            {
                layer.Release();
            }
        }
    }

    /// <summary>From here on there are several rows, copies of the one that has read a prompt, and they may become others.</summary>
    /// <param name="rows">How many.</param>
    /// <exception cref="NotSupportedException">A layer's state has no part in searches.</exception>
    internal void BeginSearch(int rows)
    {
        if (rows > 1)
        {
            Move(new int[rows], 0);
        }

        (_rows, _history, _shared) = (rows, new RowHistory(), Length);
    }

    /// <summary>Row i becomes what row <c>parents[i]</c> was.</summary>
    /// <param name="parents">A row of the state per row.</param>
    /// <exception cref="NotSupportedException">A layer's state has no part in searches.</exception>
    internal void Reorder(ReadOnlySpan<int> parents) => Move(parents, _shared + _history!.Reorder(parents));

    /// <summary>Becomes a state that has read so many tokens, without reading any (<see cref="LayerState.TryPretend"/>).</summary>
    internal bool TryPretend(int length, int capacity)
    {
        bool isAble = _depth is null;
        for (int i = 0; i < Layers.Count && isAble; i++)
        {
            isAble = Layers[i].TryPretend(length, capacity);
        }

        Length = isAble ? length : Length;
        return isAble;
    }

    /// <summary>Makes sure that tokens are those of the state's rows, and that the model has positions for them.</summary>
    internal void Require(Tensor tokens)
    {
        if (tokens.Rank != 2 || tokens.Shape[0] != _rows)
        {
            throw new ArgumentException($"The state has {_rows} rows, the tokens [{_rows}, n]; they have the shape {tokens.Shape}.");
        }

        int count = tokens.Shape[1];
        if (count > Room)
        {
            throw new ArgumentException($"The model reads at most {_limit} positions, {Length} are used and {count} more were given.");
        }
    }

    private void Move(ReadOnlySpan<int> parents, int start)
    {
        using NoGradientScope _ = new();
        foreach (LayerState layer in Layers)
        {
            layer.Reorder(parents, start);
        }

        _depth?.Reorder(parents, start);
    }
}
