using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Attention;

/// <summary>
/// Projected keys and values of all positions so far, of one layer. Grows by doubling; its rows can be reordered and dropped.
/// </summary>
public sealed class KeyValueCache : LayerState
{
    private readonly int _heads, _width;
    private readonly RowCache _keys, _values;

    /// <summary>An empty cache.</summary>
    /// <param name="batch">Sequences side by side.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="width">Width of a head.</param>
    public KeyValueCache(int batch, int heads, int width)
    {
        (_heads, _width) = (heads, width);
        (_keys, _values) = (new RowCache(batch, heads * width), new RowCache(batch, heads * width));
    }

    /// <inheritdoc/>
    public override long Bytes => _keys.Bytes + _values.Bytes;

    /// <summary>Positions so far.</summary>
    public int Length => _keys.Length;

    /// <inheritdoc/>
    public override void Reset()
    {
        _keys.Reset();
        _values.Reset();
    }

    /// <inheritdoc/>
    internal override bool TryPretend(int length, int capacity)
    {
        _keys.Pretend(length, capacity, new RandomKey(1, 0));
        _values.Pretend(length, capacity, new RandomKey(1, 1));
        return true;
    }

    /// <summary>Stores the keys and values of new positions and returns those of all positions.</summary>
    /// <param name="key">[rows, n, heads * width]</param>
    /// <param name="value">[rows, n, heads * width]</param>
    /// <returns>Twice [rows, length, heads, width], views of the cache that hold until the next call.</returns>
    public (Tensor Keys, Tensor Values) Append(Tensor key, Tensor value)
    {
        _keys.Append(key);
        _values.Append(value);
        return (Heads(_keys.Range(0, Length)), Heads(_values.Range(0, Length)));
    }

    /// <summary>The keys of all positions before heads are told apart, a view [rows, length, heads * width].</summary>
    internal Tensor Keys() => _keys.Range(0, Length);

    /// <inheritdoc/>
    internal override void Reorder(ReadOnlySpan<int> parents, int start)
    {
        _keys.Reorder(parents, start);
        _values.Reorder(parents, start);
    }

    private Tensor Heads(Tensor x) => x.Reshape(new Shape(x.Shape[0], x.Shape[1], _heads, _width));
}
