using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>
/// What the decoder remembers between steps: projected keys and values of all tokens so far, per layer and row, and those of the sources,
/// per layer and sentence. Rows are hypotheses; several may belong to one sentence. Where tokens leave the decoder early,
/// the states they left with, too.
/// </summary>
public sealed class DecodingState : IDecodingState
{
    private readonly int _limit, _mostRows;
    private readonly RowHistory _history = new();
    private readonly SourceMemory _memory;
    private readonly IReadOnlyList<LayerState> _layers;
    private readonly IDepthState? _depth;

    /// <summary>A state that has read nothing.</summary>
    /// <param name="stack">The decoder's layers.</param>
    /// <param name="memory">The encoded sources.</param>
    /// <param name="beam">Rows per sentence.</param>
    /// <param name="limit">Most positions.</param>
    /// <param name="depth">State of the depth mechanism; null for none.</param>
    internal DecodingState(LayerStack stack, EncoderOutput memory, int beam, int limit, IDepthState? depth)
    {
        (_limit, _depth) = (limit, depth);
        Rows = _mostRows = memory.Sentences * beam;
        _memory = new SourceMemory([.. stack.Layers.Select(layer => layer.Cross!)], memory, beam);
        _layers = stack.CreateStates(Rows);
    }

    /// <summary>How many rows are alive.</summary>
    public int Rows { get; private set; }

    /// <summary>How many tokens every row has read.</summary>
    public int Length { get; private set; }

    /// <summary>
    /// The layer, from 1, at which every row of the last step left the decoder, in the order before any reorder;
    /// empty for models without exits.
    /// </summary>
    public ReadOnlySpan<int> Exits => _depth is null ? [] : _depth.Exits;

    /// <summary>Memory in use, in bytes.</summary>
    public long Bytes => _memory.Bytes + _layers.Sum(layer => layer.Bytes) + (_depth?.Bytes ?? 0);

    /// <summary>Cross-attention.</summary>
    internal SourceMemory Memory => _memory;

    IReadOnlyList<LayerState> IDecodingState.Layers => _layers;

    IDepthState? IDecodingState.Depth => _depth;

    // Translations read a token at a time, and searches look between two of them.
    CancellationToken IDecodingState.Cancellation => default;

    /// <summary>
    /// Row i becomes what row <c>parents[i]</c> was. Fewer parents than rows drop rows, and a sentence without rows is forgotten; there are
    /// never more rows than at the start.
    /// </summary>
    /// <param name="parents">A row of the state per new row.</param>
    /// <exception cref="ArgumentException">No row, too many rows, or a row that is not there.</exception>
    public void Reorder(ReadOnlySpan<int> parents)
    {
        if (parents.Length == 0 || parents.Length > _mostRows)
        {
            throw new ArgumentException($"A state made for {_mostRows} rows cannot become one of {parents.Length}.", nameof(parents));
        }

        foreach (int parent in parents)
        {
            if (parent < 0 || parent >= Rows)
            {
                throw new ArgumentException($"Row {parent} is not among the {Rows} rows.", nameof(parents));
            }
        }

        using NoGradientScope _ = new();
        int start = _history.Reorder(parents);
        foreach (LayerState layer in _layers)
        {
            layer.Reorder(parents, start);
        }

        _depth?.Reorder(parents, start);
        _memory.Reorder(parents);
        Rows = parents.Length;
    }

    Tensor IDecodingState.AttendToMemory(int layer, Tensor x, int[]? rows) => _memory.Attend(layer, x, rows);

    void IDecodingState.Advance(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Length++;
            _history.Append(Rows);
        }
    }

    internal void Require(Tensor tokens)
    {
        if (tokens.Rank != 2 || tokens.Shape[0] != Rows || tokens.Shape[1] != 1)
        {
            throw new ArgumentException($"A step reads one token per row, [{Rows}, 1]; the tokens have the shape {tokens.Shape}.");
        }

        if (Length == _limit)
        {
            throw new ArgumentException($"The model has {_limit} positions (max_positions), and all of them are used.");
        }
    }
}
