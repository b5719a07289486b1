using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>Projected keys and values of all positions so far, of one layer. Grows by doubling.</summary>
public sealed class KeyValueCache : LayerState
{
    private const int InitialCapacity = 64;
    private readonly int _batch, _heads, _width;
    private Tensor? _keys, _values;
    private int _capacity, _length;

    /// <summary>An empty cache.</summary>
    /// <param name="batch">Sequences side by side.</param><param name="heads">Heads.</param><param name="width">Width of a head.</param>
    public KeyValueCache(int batch, int heads, int width) => (_batch, _heads, _width) = (batch, heads, width);

    /// <inheritdoc/>
    public override long Bytes => 2L * _batch * _capacity * _heads * _width * sizeof(float);

    /// <inheritdoc/>
    public override void Reset() => _length = 0;

    /// <inheritdoc/>
    internal override bool TryPretend(int length, int capacity)
    {
        if (_capacity != capacity)
        {
            _capacity = capacity;
            _keys = Noise(0);
            _values = Noise(1);
        }

        _length = length;
        return true;

        Tensor Noise(ulong key) => Tensor.Uniform(new Shape(_batch, capacity, _heads, _width), -1, 1, new RandomKey(1, key)).Keep();
    }

    /// <summary>Stores the keys and values of new positions, [B, n, heads, width], and returns those of all positions.</summary>
    internal (Tensor Keys, Tensor Values) Append(Tensor key, Tensor value)
    {
        int count = key.Shape[1];
        Reserve(count);
        _keys!.Slice(1, _length, count).Assign(key);
        _values!.Slice(1, _length, count).Assign(value);
        _length += count;
        return (_keys!.Slice(1, 0, _length), _values!.Slice(1, 0, _length));
    }

    private void Reserve(int count)
    {
        if (_length + count <= _capacity)
        {
            return;
        }

        _capacity = Math.Max(checked(_length + count), Math.Max(InitialCapacity, 2 * _capacity));
        _keys = Grow(_keys);
        _values = Grow(_values);
    }

    private Tensor Grow(Tensor? old)
    {
        Tensor grown = Tensor.Zeros(new Shape(_batch, _capacity, _heads, _width)).Keep();
        if (old is not null && _length > 0)
        {
            grown.Slice(1, 0, _length).Assign(old.Slice(1, 0, _length));
        }

        return grown;
    }
}
