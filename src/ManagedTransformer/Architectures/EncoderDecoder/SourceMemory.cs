using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>
/// Cross-attention during decoding: the sources' keys and values, or the sums of linear attention, made once per sentence and layer when
/// the layer first runs, and shared by all rows of the sentence. Rows of one sentence are queries side by side,
/// so that nothing is copied per row.
/// </summary>
internal sealed class SourceMemory
{
    private readonly IReadOnlyList<CrossAttention> _attentions;
    private readonly (Tensor First, Tensor Second)?[] _projected;
    private Tensor _states;
    private Tensor? _padding;
    private int[] _sentences;
    private RowGrid _grid;

    /// <summary>Nothing is projected yet.</summary>
    /// <param name="attentions">Cross-attention, one per layer.</param>
    /// <param name="memory">The encoded sources.</param>
    /// <param name="beam">Rows per sentence.</param>
    public SourceMemory(IReadOnlyList<CrossAttention> attentions, EncoderOutput memory, int beam)
    {
        _attentions = attentions;
        _projected = new (Tensor, Tensor)?[attentions.Count];
        _states = memory.States.Detach().Keep();
        _padding = memory.Padding?.Keep();
        _sentences = [.. Enumerable.Range(0, memory.Sentences * beam).Select(row => row / beam)];
        _grid = new RowGrid(_sentences, memory.Sentences).Keep();
    }

    public long Bytes =>
        sizeof(float) * (_states.Count + _projected.Sum(pair => pair is { } both ? both.First.Count + both.Second.Count : 0));

    /// <summary>Attention of rows to their sentences.</summary>
    /// <param name="layer">Whose keys and values.</param>
    /// <param name="x">[n, 1, D]</param>
    /// <param name="rows">Which rows these are; null for all.</param>
    /// <returns>[n, 1, D]</returns>
    public Tensor Attend(int layer, Tensor x, int[]? rows) =>
        _attentions[layer].Read(x, Projected(layer), _padding, rows is null ? _grid : GridOf(rows));

    /// <summary>Rows take the sentences of their parents; sentences without rows are forgotten.</summary>
    public void Reorder(ReadOnlySpan<int> parents)
    {
        int[] sentences = new int[parents.Length];
        for (int row = 0; row < parents.Length; row++)
        {
            sentences[row] = _sentences[parents[row]];
        }

        int[] alive = [.. sentences.Distinct().Order()];
        if (alive.Length < _states.Shape[0])
        {
            Tensor indices = Tensor.From(alive, new Shape(alive.Length));
            _states = Select(_states, indices);
            _padding = _padding is null ? null : Select(_padding, indices);
            for (int layer = 0; layer < _projected.Length; layer++)
            {
                if (_projected[layer] is { } pair)
                {
                    _projected[layer] = (Select(pair.First, indices), Select(pair.Second, indices));
                }
            }

            sentences = [.. sentences.Select(sentence => Array.BinarySearch(alive, sentence))];
        }
        else if (sentences.AsSpan().SequenceEqual(_sentences))
        {
            return;
        }

        _sentences = sentences;
        _grid = new RowGrid(sentences, _states.Shape[0]).Keep();
    }

    private static Tensor Select(Tensor x, Tensor sentences) => x.IndexSelect(0, sentences).Keep();

    private RowGrid GridOf(int[] rows) => new([.. rows.Select(row => _sentences[row])], _states.Shape[0]);

    /// <summary>What the layer keeps of the sources: keys and values, or their sums.</summary>
    internal (Tensor First, Tensor Second) Projected(int layer)
    {
        if (_projected[layer] is not { } pair)
        {
            pair = _attentions[layer].Summarize(_states, _padding);
            pair = (pair.First.Keep(), pair.Second.Keep());
            _projected[layer] = pair;
        }

        return pair;
    }
}
