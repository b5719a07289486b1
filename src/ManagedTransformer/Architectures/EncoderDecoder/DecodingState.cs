using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>
/// What the decoder remembers between steps: projected keys and values of all tokens so far, per layer and row, and those of the sources, per layer and sentence.
/// Rows are hypotheses; several may belong to one sentence.
/// </summary>
public sealed class DecodingState
{
    private readonly int _limit;
    private readonly RowHistory _history = new();

    internal DecodingState(EncoderDecoderModel model, EncoderOutput memory, int beam)
    {
        if (beam <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(beam), $"The number of rows per sentence ({beam}) must be positive.");
        }

        _limit = model.Config.MaxPositions;
        Rows = memory.Sentences * beam;
        Memory = new SourceMemory([.. model.Decoder.Layers.Select(layer => layer.CrossAttention)], memory, beam);
        Caches = [.. model.Decoder.Layers.Select(layer => (KeyValueCache)layer.Attention.CreateState(Rows))];
    }

    /// <summary>How many rows are alive.</summary>
    public int Rows { get; private set; }

    /// <summary>How many tokens every row has read.</summary>
    public int Length { get; private set; }

    /// <summary>Memory in use, in bytes.</summary>
    public long Bytes => Memory.Bytes + Caches.Sum(cache => cache.Bytes);

    /// <summary>Self-attention, one per layer.</summary>
    internal IReadOnlyList<KeyValueCache> Caches { get; }

    /// <summary>Cross-attention.</summary>
    internal SourceMemory Memory { get; }

    /// <summary>
    /// Row i becomes what row <c>parents[i]</c> was. Fewer parents than rows drop rows, and a sentence without rows is forgotten; there are never more rows than at
    /// the start.
    /// </summary>
    /// <param name="parents">A row of the state per new row.</param>
    /// <exception cref="ArgumentException">No row, too many rows, or a row that is not there.</exception>
    public void Reorder(ReadOnlySpan<int> parents)
    {
        if (parents.Length == 0 || parents.Length > Caches[0].Capacity)
        {
            throw new ArgumentException($"A state made for {Caches[0].Capacity} rows cannot become one of {parents.Length}.", nameof(parents));
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
        foreach (KeyValueCache cache in Caches)
        {
            cache.Reorder(parents, start);
        }

        Memory.Reorder(parents);
        Rows = parents.Length;
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
