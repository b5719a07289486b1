using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Attention;

/// <summary>
/// Projected keys and values of all positions so far, or of the newest, of one layer. Grows by doubling; its rows can be reordered and
/// dropped.
/// </summary>
public sealed class KeyValueCache : LayerState
{
    // Positions are dropped by so many at least, so that moving the others is seldom.
    private const int FewestDropped = 64;
    private readonly int _heads, _width, _window;
    private readonly RowCache _keys, _values;
    private int _dropped;

    /// <summary>An empty cache.</summary>
    /// <param name="batch">Sequences side by side.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="width">Width of a head.</param>
    /// <param name="window">Newest positions that a later one can see, itself among them; older ones are dropped by and by. 0: all.</param>
    public KeyValueCache(int batch, int heads, int width, int window = 0)
    {
        (_heads, _width, _window) = (heads, width, window);
        (_keys, _values) = (new RowCache(batch, heads * width), new RowCache(batch, heads * width));
    }

    /// <inheritdoc/>
    public override long Bytes => _keys.Bytes + _values.Bytes;

    /// <summary>Positions so far, those that were dropped among them.</summary>
    public int Length => _dropped + _keys.Length;

    /// <inheritdoc/>
    public override void Reset()
    {
        _dropped = 0;
        _keys.Reset();
        _values.Reset();
    }

    /// <inheritdoc/>
    internal override void Release()
    {
        _keys.Release();
        _values.Release();
    }

    /// <inheritdoc/>
    internal override bool TryPretend(int length, int capacity)
    {
        int kept = _window == 0 ? length : Math.Min(length, _window - 1);
        _dropped = length - kept;
        capacity = _window == 0 ? capacity : Math.Min(capacity, Most + (capacity - length));
        _keys.Pretend(kept, capacity, new RandomKey(1, 0));
        _values.Pretend(kept, capacity, new RandomKey(1, 1));
        return true;
    }

    /// <summary>Stores the keys and values of new positions and returns those of all positions that are kept.</summary>
    /// <param name="key">[rows, n, heads * width]</param>
    /// <param name="value">[rows, n, heads * width]</param>
    /// <returns>Twice [rows, kept, heads, width], views of the cache that hold until the next call.</returns>
    public (Tensor Keys, Tensor Values) Append(Tensor key, Tensor value)
    {
        if (_window > 0 && _keys.Length > Most)
        {
            _dropped += _keys.Length - (_window - 1);
            _keys.Forget(_window - 1);
            _values.Forget(_window - 1);
        }

        _keys.Append(key);
        _values.Append(value);
        return (Heads(_keys.Range(0, _keys.Length)), Heads(_values.Range(0, _keys.Length)));
    }

    /// <summary>The keys of all positions before heads are told apart, a view [rows, length, heads * width].</summary>
    internal Tensor Keys() => _keys.Range(0, _keys.Length);

    /// <inheritdoc/>
    internal override void Reorder(ReadOnlySpan<int> parents, int start)
    {
        start = Math.Max(0, start - _dropped);
        _keys.Reorder(parents, start);
        _values.Reorder(parents, start);
    }

    // Positions that a cache with a window holds before it drops the old ones.
    private int Most => _window - 1 + Math.Max(_window, FewestDropped);

    private Tensor Heads(Tensor x) => x.Reshape(new Shape(x.Shape[0], x.Shape[1], _heads, _width));
}
