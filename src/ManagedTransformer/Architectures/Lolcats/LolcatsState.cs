using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Lolcats;

/// <summary>
/// What linearised attention remembers of a text of any length: the sums s [B, H, K, d] and z [B, H, K] over the keys that left the window,
/// and the rotated keys and values of the window, [B, m, KV, d]. A standard window is a ring, a terraced one moves by a block.
/// </summary>
internal sealed class LolcatsState : LayerState
{
    private readonly WindowShape _window;
    private readonly Shape _sums;
    private readonly int _keyHeads;
    private Tensor _keys, _values;

    /// <summary>A state that has read nothing.</summary>
    /// <param name="window">Which keys stay.</param>
    /// <param name="sums">[B, H, K, d]</param>
    /// <param name="keyHeads">KV.</param>
    public LolcatsState(WindowShape window, Shape sums, int keyHeads)
    {
        (_window, _sums, _keyHeads) = (window, sums, keyHeads);
        (Sums, _keys, _values) = Empty();
    }

    /// <summary>s and z.</summary>
    public LinearAttentionState Sums { get; private set; }

    /// <summary>Positions read.</summary>
    public int Length { get; private set; }

    /// <summary>The oldest position of the window.</summary>
    public int First { get; private set; }

    /// <inheritdoc/>
    public override long Bytes => sizeof(float) * (Sums.S.Count + Sums.Z.Count + _keys.Count + _values.Count);

    private int Count => Length - First;

    /// <inheritdoc/>
    public override void Reset()
    {
        (Length, First) = (0, 0);
        if (Sums.S.Shape != _sums)
        {
            (Sums, _keys, _values) = Empty();
            return;
        }

        using NoGradientScope _ = new();
        Sums.S.Assign(Tensor.Zeros(Sums.S.Shape, Sums.S.Device));
        Sums.Z.Assign(Tensor.Zeros(Sums.Z.Shape, Sums.Z.Device));
    }

    /// <summary>Counts positions of a state without a window.</summary>
    /// <param name="count">New positions.</param>
    public void Advance(int count) => (Length, First) = (Length + count, Length + count);

    /// <summary>Takes the keys and values before a position out of the window.</summary>
    /// <param name="first">The oldest position that stays, or the next one where none does.</param>
    /// <returns>What left, to be read before the next change of the state; null for nothing.</returns>
    public (Tensor Keys, Tensor Values)? Take(int first)
    {
        int leaving = Math.Min(first, Length) - First, staying = Count - leaving;
        if (leaving <= 0)
        {
            return null;
        }

        (Tensor keys, Tensor values) = (Range(_keys, First, leaving), Range(_values, First, leaving));
        if (_window.Kind == LolcatsWindow.Terraced && staying > 0)
        {
            // A block takes the place of the one that leaves, whose memory is about to be another's.
            (keys, values) = (Copy(keys), Copy(values));
            _keys.Slice(1, 0, staying).Assign(Copy(_keys.Slice(1, leaving, staying)));
            _values.Slice(1, 0, staying).Assign(Copy(_values.Slice(1, leaving, staying)));
        }

        First += leaving;
        return (keys, values);
    }

    /// <summary>The window's keys and values, and new ones behind them; nothing is stored.</summary>
    /// <param name="key">[B, n, KV, d]</param>
    /// <param name="value">[B, n, KV, d]</param>
    public (Tensor Keys, Tensor Values) With(Tensor key, Tensor value) => Count == 0
        ? (key, value)
        : (TensorOperators.Concat(1, Range(_keys, First, Count), key), TensorOperators.Concat(1, Range(_values, First, Count), value));

    /// <summary>The window's keys and values in any order, without a copy where it has grown position by position.</summary>
    public (Tensor Keys, Tensor Values) Present() => Count == _window.Capacity ? (_keys, _values) : Window();

    /// <summary>The window's keys and values, oldest first, [B, m, KV, d].</summary>
    public (Tensor Keys, Tensor Values) Window() => (Range(_keys, First, Count), Range(_values, First, Count));

    /// <summary>Adds a position to the window, which must have room.</summary>
    /// <param name="key">[B, 1, KV, d]</param>
    /// <param name="value">[B, 1, KV, d]</param>
    public void Append(Tensor key, Tensor value)
    {
        Store(Length, key, value);
        Length++;
    }

    /// <summary>Makes the newest positions the window.</summary>
    /// <param name="keys">[B, m, KV, d]</param>
    /// <param name="values">[B, m, KV, d]</param>
    /// <param name="length">Positions read, these among them.</param>
    public void Replace(Tensor keys, Tensor values, int length)
    {
        (Length, First) = (length, length - keys.Shape[1]);
        Store(First, keys, values);
    }

    /// <inheritdoc/>
    internal override void Reorder(ReadOnlySpan<int> parents, int start)
    {
        using NoGradientScope _ = new();
        Tensor rows = Tensor.From(parents, new Shape(parents.Length), Sums.S.Device);
        Sums = new LinearAttentionState(Select(Sums.S), Select(Sums.Z));
        (_keys, _values) = (Select(_keys), Select(_values));

        Tensor Select(Tensor x) => x.Count == 0 ? x : x.IndexSelect(0, rows).Keep();
    }

    /// <inheritdoc/>
    internal override void Release()
    {
        foreach (Tensor tensor in new[] { Sums.S, Sums.Z, _keys, _values })
        {
            tensor.Release();
        }
    }

    /// <inheritdoc/>
    internal override bool TryPretend(int length, int capacity)
    {
        using NoGradientScope _ = new();
        RandomSource random = new(1);
        (Length, First) = (length, _window.IsOpen && length > 0 ? _window.First(length - 1) : length);
        foreach (Tensor tensor in new[] { Sums.S, Sums.Z, _keys, _values })
        {
            if (tensor.Count > 0)
            {
                tensor.Assign(Tensor.Uniform(tensor.Shape, 0, 1, random.NextKey()));
            }
        }

        return true;
    }

    private (LinearAttentionState Sums, Tensor Keys, Tensor Values) Empty()
    {
        Shape window = new(_sums[0], _window.Capacity, _keyHeads, _sums[3]);
        return (new LinearAttentionState(Tensor.Zeros(_sums).Keep(), Tensor.Zeros(_sums.Without(3)).Keep()),
            Tensor.Zeros(window).Keep(), Tensor.Zeros(window).Keep());
    }

    private static Tensor Copy(Tensor x)
    {
        Tensor copy = Tensor.Empty(x.Shape, x.Device);
        copy.Assign(x);
        return copy;
    }

    private int Place(int position) => _window.Kind == LolcatsWindow.Standard ? position % _window.Size : position - First;

    private Tensor Range(Tensor window, int first, int count)
    {
        int place = Place(first), straight = Math.Min(count, _window.Capacity - place);
        return straight == count
            ? window.Slice(1, place, count)
            : TensorOperators.Concat(1, window.Slice(1, place, straight), window.Slice(1, 0, count - straight));
    }

    private void Store(int first, Tensor keys, Tensor values)
    {
        int count = keys.Shape[1], place = Place(first), straight = Math.Min(count, _window.Capacity - place);
        Put(0, straight, place);
        Put(straight, count - straight, 0);

        void Put(int from, int many, int to)
        {
            if (many > 0)
            {
                _keys.Slice(1, to, many).Assign(keys.Slice(1, from, many));
                _values.Slice(1, to, many).Assign(values.Slice(1, from, many));
            }
        }
    }
}
