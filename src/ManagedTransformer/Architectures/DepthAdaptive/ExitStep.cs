using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>
/// One decoding step in which rows leave after different layers (Elbayad et al., 2020, algorithm 2). A layer is run on the rows still
/// active, packed together. Its keys and values of tokens that skipped it are made from the states they left with, all at once when a later
/// token runs the layer, so that every cache has one entry per position whenever it is read.
/// </summary>
internal ref struct ExitStep
{
    private readonly IDecoderModel _model;
    private readonly IDecodingState _state;
    private readonly DepthState _depth;
    private readonly ReadOnlySpan<int> _forced;
    private readonly Span<int> _exits;
    private Span<int> _active;
    private Tensor? _scores;
    private List<Tensor>? _parts;
    private List<int>? _order;

    /// <summary>A step.</summary>
    /// <param name="model">A model with exits.</param>
    /// <param name="state">Advanced by the step.</param>
    /// <param name="forced">Given exits, from 1, one per row; empty: as the rule says.</param>
    public ExitStep(IDecoderModel model, IDecodingState state, ReadOnlySpan<int> forced)
    {
        (_model, _state, _depth) = (model, state, (DepthState)state.Depth!);
        _forced = forced;
        Span<int> notes = _depth.Notes(state.Rows);
        _exits = notes[..state.Rows];
        _active = notes[state.Rows..];
        for (int row = 0; row < _active.Length; row++)
        {
            _active[row] = row;
        }
    }

    /// <summary>Runs the step.</summary>
    /// <param name="x">Embedded tokens, [rows, 1, D].</param>
    /// <returns>Logits of every row's exit, [rows, V].</returns>
    public Tensor Run(Tensor x)
    {
        for (int layer = 0; _active.Length > 0; layer++)
        {
            Tensor y = RunLayer(layer, x);
            x = Place(y, x);
            _depth.Observer?.Invoke(layer, x);
            Leave(layer, y, _depth.NeedsLogits(layer + 1) ? Logits(layer, y) : null);
        }

        _depth.Append(x, _exits);
        _state.Advance(1);
        return _scores ?? (_parts is null ? Logits(0, x) : InRowOrder());
    }

    /// <summary>A layer's output for the active rows, [n, 1, D]. x holds all rows: what has left keeps the state it left with.</summary>
    private readonly Tensor RunLayer(int index, Tensor x)
    {
        int[]? active = _active.Length == _state.Rows ? null : [.. _active];
        return _model.Stack.RunLayer(
            index, active is null ? x : Select(x, active), new ActiveRows(_state, x, active), ForwardContext.Inference);
    }

    /// <summary>All rows, those active with their new states.</summary>
    private readonly Tensor Place(Tensor y, Tensor x)
    {
        if (_active.Length == _state.Rows)
        {
            return y;
        }

        int[] places = [.. Enumerable.Range(0, _state.Rows)];
        for (int i = 0; i < _active.Length; i++)
        {
            places[_active[i]] = _state.Rows + i;
        }

        return Select(TensorOperators.Concat(0, x, y), places);
    }

    /// <summary>
    /// Rows that leave after a layer stop being active; where exits have classifiers of their own, or scores are there already,
    /// theirs are set aside.
    /// </summary>
    private void Leave(int layer, Tensor y, Tensor? logits)
    {
        Span<bool> leave = _active.Length <= DepthState.FewRows ? stackalloc bool[_active.Length] : new bool[_active.Length];
        Decide(layer, y, logits, leave);
        if (!leave.Contains(true))
        {
            return;
        }

        if (!leave.Contains(false))
        {
            SetAside(layer, y, logits, _active.Length, null);
        }
        else
        {
            int[] places = Places(leave);
            SetAside(layer, y, logits, places.Length, places);
        }

        int left = 0;
        for (int i = 0; i < leave.Length; i++)
        {
            if (leave[i])
            {
                _exits[_active[i]] = layer + 1;
            }
            else
            {
                _active[left++] = _active[i];
            }
        }

        _active = _active[..left];
    }

    // Scores of the rows that leave, all of the active ones or those at given places.
    private void SetAside(int layer, Tensor y, Tensor? logits, int count, int[]? places)
    {
        if (logits is null && !_model.HasExitProjections && _parts is null)
        {
            return;
        }

        Tensor scores = logits is null ? Logits(layer, places is null ? y : Select(y, places))
            : places is null ? logits : logits.Embedding(Indices(places));
        if (count == _state.Rows)
        {
            _scores = scores;
            return;
        }

        (_parts ??= []).Add(scores);
        _order ??= [];
        for (int i = 0; i < count; i++)
        {
            _order.Add(_active[places is null ? i : places[i]]);
        }
    }

    private static int[] Places(ReadOnlySpan<bool> leave)
    {
        List<int> places = [];
        for (int i = 0; i < leave.Length; i++)
        {
            if (leave[i])
            {
                places.Add(i);
            }
        }

        return [.. places];
    }

    private readonly void Decide(int layer, Tensor y, Tensor? logits, Span<bool> leave)
    {
        if (layer + 1 == _model.Stack.Layers.Count)
        {
            leave.Fill(true);
        }
        else if (_forced.IsEmpty)
        {
            _depth.Leave(layer + 1, _active, y, logits, leave);
        }
        else
        {
            for (int i = 0; i < leave.Length; i++)
            {
                leave[i] = _forced[_active[i]] == layer + 1;
            }
        }
    }

    private readonly Tensor Logits(int layer, Tensor y) =>
        _model.Scores(layer, _model.Head(ExitStates.Normed(_model.Stack, y), ForwardContext.Inference))
            .Reshape(new Shape(y.Shape[0], _model.Vocabulary));

    private readonly Tensor InRowOrder()
    {
        Tensor all = TensorOperators.Concat(0, [.. _parts!]);
        int[] places = new int[_order!.Count];
        bool inOrder = true;
        for (int place = 0; place < places.Length; place++)
        {
            places[_order[place]] = place;
            inOrder &= _order[place] == place;
        }

        return inOrder ? all : all.Embedding(Indices(places));
    }

    private static Tensor Select(Tensor x, int[] rows) =>
        x.Reshape(new Shape(x.Shape[0], x.Shape[2])).Embedding(Indices(rows)).Reshape(new Shape(rows.Length, 1, x.Shape[2]));

    private static Tensor Indices(int[] values) => Tensor.From(values, new Shape(values.Length));

    /// <summary>
    /// Attention of the rows still active; keys and values of tokens that skipped a layer are made from the states they left with.
    /// </summary>
    /// <param name="state">Everything read before.</param>
    /// <param name="x">The states of all rows, [rows, 1, D].</param>
    /// <param name="active">Which rows attend; null for all.</param>
    private readonly struct ActiveRows(IDecodingState state, Tensor x, int[]? active) : ILayerAttention
    {
        public Tensor Attend(int index, TransformerLayer layer, Tensor normed)
        {
            KeyValueCache cache = (KeyValueCache)state.Layers[index];
            bool isComplete = cache.Length == state.Length;
            if (isComplete && active is null)
            {
                return layer.Attention.Step(normed, cache);
            }

            MultiHeadAttention attention = (MultiHeadAttention)layer.Attention;
            Tensor inputs = isComplete ? x : TensorOperators.Concat(1, ((DepthState)state.Depth!).StatesFrom(cache.Length), x);
            (Tensor keys, Tensor values) = attention.Remember(layer.Normed(inputs), cache);
            return attention.Attend(normed, keys, values, active is null ? null : new RowGrid(active, x.Shape[0]));
        }

        public Tensor AttendToMemory(int index, TransformerLayer layer, Tensor normed) => state.AttendToMemory(index, normed, active);
    }
}
