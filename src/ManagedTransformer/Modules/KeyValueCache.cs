using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>Projected keys and values of all positions so far, of one layer. Grows by doubling; its rows can be reordered and dropped.</summary>
public sealed class KeyValueCache : LayerState
{
    private const int InitialCapacity = 64;
    private readonly int _batch, _heads, _width;
    private Tensor? _keys, _values;
    private int _capacity, _length, _rows;

    /// <summary>An empty cache.</summary>
    /// <param name="batch">Sequences side by side.</param><param name="heads">Heads.</param><param name="width">Width of a head.</param>
    public KeyValueCache(int batch, int heads, int width) => (_batch, _rows, _heads, _width) = (batch, batch, heads, width);

    /// <inheritdoc/>
    public override long Bytes => 2L * _batch * _capacity * _heads * _width * sizeof(float);

    /// <inheritdoc/>
    public override void Reset() => (_length, _rows) = (0, _batch);

    /// <summary>Most rows.</summary>
    internal int Capacity => _batch;

    /// <summary>Stores the keys and values of new positions, [rows, n, heads, width], and returns those of all positions.</summary>
    internal (Tensor Keys, Tensor Values) Append(Tensor key, Tensor value)
    {
        int count = key.Shape[1];
        Reserve(count);
        Part(_keys!, _length, count).Assign(key);
        Part(_values!, _length, count).Assign(value);
        _length += count;
        return (Part(_keys!, 0, _length), Part(_values!, 0, _length));
    }

    /// <summary>Row i becomes what row <c>parents[i]</c> was; fewer parents than rows drop rows.</summary>
    /// <param name="parents">A row per new row.</param><param name="start">The first position at which a row may differ from its parent.</param>
    internal void Reorder(ReadOnlySpan<int> parents, int start)
    {
        _rows = parents.Length;
        int count = _length - start;
        if (count <= 0)
        {
            return;
        }

        int[] places = new int[_rows * count];
        for (int row = 0, i = 0; row < _rows; row++)
        {
            for (int position = start; position < _length; position++)
            {
                places[i++] = (parents[row] * _capacity) + position;
            }
        }

        Tensor indices = Tensor.From(places, new Shape(_rows, count));
        Move(_keys!);
        Move(_values!);

        void Move(Tensor cache)
        {
            Tensor moved = cache.Reshape(new Shape(_batch * _capacity, _heads * _width)).Embedding(indices);
            Part(cache, start, count).Assign(moved.Reshape(new Shape(_rows, count, _heads, _width)));
            moved.Release();
        }
    }

    private Tensor Part(Tensor cache, int start, int count) => cache.Slice(0, 0, _rows).Slice(1, start, count);

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
            Part(grown, 0, _length).Assign(Part(old, 0, _length));
            old.Release();
        }

        return grown;
    }
}
