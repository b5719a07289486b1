using ManagedTransformer.Generation;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>Projected keys and values of all positions so far, per layer. Grows by doubling.</summary>
public sealed class KeyValueCache : IGenerationState
{
    private const int InitialCapacity = 64;
    private readonly int _batch, _heads, _width, _limit;
    private readonly Tensor?[] _keys, _values;
    private int _capacity;

    /// <summary>An empty cache.</summary>
    /// <param name="batch">Sequences side by side.</param><param name="layers">Layers.</param><param name="heads">Heads.</param>
    /// <param name="width">Width of a head.</param><param name="limit">Most positions.</param>
    public KeyValueCache(int batch, int layers, int heads, int width, int limit)
    {
        (_batch, _heads, _width, _limit) = (batch, heads, width, limit);
        _keys = new Tensor?[layers];
        _values = new Tensor?[layers];
    }

    /// <inheritdoc/>
    public int Length { get; private set; }

    /// <inheritdoc/>
    public int Room => _limit - Length;

    /// <inheritdoc/>
    public long Bytes => 2L * _keys.Length * _batch * _capacity * _heads * _width * sizeof(float);

    /// <inheritdoc/>
    public void Reset() => Length = 0;

    /// <summary>Makes room for new positions.</summary>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentException">The model has no positions left.</exception>
    internal void Reserve(int count)
    {
        if (count > Room)
        {
            throw new ArgumentException($"The model reads at most {_limit} positions, {Length} are used and {count} more were given.");
        }

        if (Length + count <= _capacity)
        {
            return;
        }

        _capacity = (int)Math.Min(_limit, Math.Max((long)Length + count, Math.Max(InitialCapacity, 2L * _capacity)));
        for (int layer = 0; layer < _keys.Length; layer++)
        {
            _keys[layer] = Grow(_keys[layer]);
            _values[layer] = Grow(_values[layer]);
        }
    }

    /// <summary>Stores the keys and values of new positions, [B, n, heads, width], and returns those of all positions.</summary>
    internal (Tensor Keys, Tensor Values) Append(int layer, Tensor key, Tensor value)
    {
        int count = key.Shape[1];
        _keys[layer]!.Slice(1, Length, count).Assign(key);
        _values[layer]!.Slice(1, Length, count).Assign(value);
        return (_keys[layer]!.Slice(1, 0, Length + count), _values[layer]!.Slice(1, 0, Length + count));
    }

    /// <summary>Counts positions that every layer has stored.</summary>
    internal void Advance(int count) => Length += count;

    private Tensor Grow(Tensor? old)
    {
        Tensor grown = Tensor.Zeros(new Shape(_batch, _capacity, _heads, _width)).Keep();
        if (old is not null && Length > 0)
        {
            grown.Slice(1, 0, Length).Assign(old.Slice(1, 0, Length));
        }

        return grown;
    }
}
