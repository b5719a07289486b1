using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>
/// What the decoder remembers between steps: projected keys and values of all tokens so far, per layer and row, and those of the sources,
/// per layer and sentence. Rows are hypotheses; several may belong to one sentence. Where tokens leave the decoder early,
/// the states they left with, too.
/// </summary>
public sealed class DecodingState
{
    private readonly int _limit, _mostRows;
    private readonly IReadOnlyList<TransformerLayer> _layers;
    private readonly RowHistory _history = new();

    internal DecodingState(EncoderDecoderModel model, EncoderOutput memory, int beam, ExitRule? exits)
    {
        if (beam <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(beam), $"The number of rows per sentence ({beam}) must be positive.");
        }

        _limit = model.Config.MaxPositions;
        _layers = model.Decoder.Layers;
        Rows = _mostRows = memory.Sentences * beam;
        Memory = new SourceMemory([.. model.Decoder.Layers.Select(layer => layer.Cross!)], memory, beam);
        Caches = [.. model.Decoder.Layers.Select(layer => layer.Attention.CreateState(Rows))];
        ExitRule rule = exits ?? model.Config.Exits?.Rule ?? new ExitRule();
        if (model.Config.Exits is not null)
        {
            Depth = new DepthState(model, memory, rule, beam);
        }
        else if (rule.Kind != HaltingKind.None)
        {
            throw new InputException("This model has no exits: its tokens run all decoder layers.");
        }
    }

    /// <summary>How many rows are alive.</summary>
    public int Rows { get; private set; }

    /// <summary>How many tokens every row has read.</summary>
    public int Length { get; private set; }

    /// <summary>
    /// The layer, from 1, at which every row of the last step left the decoder, in the order before any reorder;
    /// empty for models without exits.
    /// </summary>
    public ReadOnlySpan<int> Exits => Depth is null ? [] : Depth.Exits;

    /// <summary>Memory in use, in bytes.</summary>
    public long Bytes => Memory.Bytes + Caches.Sum(cache => cache.Bytes) + (Depth?.Bytes ?? 0);

    /// <summary>Self-attention, one per layer.</summary>
    internal IReadOnlyList<LayerState> Caches { get; }

    /// <summary>Cross-attention.</summary>
    internal SourceMemory Memory { get; }

    /// <summary>Early exits; null for models without.</summary>
    internal DepthState? Depth { get; }

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
        foreach (LayerState cache in Caches)
        {
            cache.Reorder(parents, start);
        }

        Depth?.Reorder(parents, start);
        Memory.Reorder(parents);
        Rows = parents.Length;
    }

    /// <summary>
    /// Gives every layer its keys and values of tokens that skipped it, which are otherwise made when the layer runs again.
    /// </summary>
    internal void Complete()
    {
        using NoGradientScope _ = new();
        for (int layer = 0; layer < Caches.Count; layer++)
        {
            if (Caches[layer] is KeyValueCache cache && cache.Length < Length)
            {
                ((MultiHeadAttention)_layers[layer].Attention).Remember(_layers[layer].Normed(Depth!.StatesFrom(cache.Length)), cache);
            }
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

    /// <summary>Counts a token that every row has read.</summary>
    internal void Advance()
    {
        Length++;
        _history.Append(Rows);
    }
}
