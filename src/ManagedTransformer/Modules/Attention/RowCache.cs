using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Attention;

/// <summary>One vector per position so far, for rows side by side. Grows by doubling; rows can be reordered, dropped and copied.</summary>
internal sealed class RowCache
{
    private const int InitialCapacity = 64;
    private readonly int _width;
    private Tensor? _values;
    private int _mostRows, _capacity;

    /// <summary>An empty cache.</summary>
    /// <param name="rows">Rows side by side.</param>
    /// <param name="width">Width of a vector.</param>
    public RowCache(int rows, int width) => (_mostRows, Rows, _width) = (rows, rows, width);

    /// <summary>Rows alive.</summary>
    public int Rows { get; private set; }

    /// <summary>Positions so far.</summary>
    public int Length { get; private set; }

    public long Bytes => (long)_mostRows * _capacity * _width * sizeof(float);

    public void Reset() => (Length, Rows) = (0, _mostRows);

    /// <summary>Stores the vectors of new positions, [rows, n, width].</summary>
    public void Append(Tensor x)
    {
        int count = x.Shape[1];
        Reserve(count);
        Part(_values!, Length, count).Assign(x);
        Length += count;
    }

    /// <summary>Drops the oldest positions.</summary>
    /// <param name="count">How many of the newest stay.</param>
    public void Forget(int count)
    {
        if (count >= Length)
        {
            return;
        }

        if (count > 0)
        {
            // Copied out first, since the two ranges may overlap.
            Tensor kept = Tensor.Empty(new Shape(Rows, count, _width), _values!.Device);
            kept.Assign(Range(Length - count, count));
            Range(0, count).Assign(kept);
            kept.Release();
        }

        Length = count;
    }

    /// <summary>The vectors of some positions, a view [rows, count, width].</summary>
    public Tensor Range(int start, int count) => Part(_values!, start, count);

    /// <summary>Row i becomes what row <c>parents[i]</c> was; fewer parents than rows drop rows.</summary>
    /// <param name="parents">A row per new row. More than there ever were make room for them.</param>
    /// <param name="start">The first position at which a row may differ from its parent; 0 for more rows than there ever were.</param>
    public void Reorder(ReadOnlySpan<int> parents, int start)
    {
        Rows = parents.Length;
        int count = Length - start;
        if (_values is null || (count <= 0 && Rows <= _mostRows))
        {
            _mostRows = Math.Max(_mostRows, Rows);
            return;
        }

        int[] places = new int[Rows * count];
        for (int row = 0, i = 0; row < Rows; row++)
        {
            for (int position = start; position < Length; position++)
            {
                places[i++] = (parents[row] * _capacity) + position;
            }
        }

        Tensor moved = _values.Reshape(new Shape(_mostRows * _capacity, _width)).Embedding(Tensor.From(places, new Shape(Rows, count)));
        if (Rows > _mostRows)
        {
            _mostRows = Rows;
            _values.Release();
            _values = Tensor.Zeros(new Shape(_mostRows, _capacity, _width)).Keep();
        }

        Part(_values, start, count).Assign(moved);
        moved.Release();
    }

    /// <summary>Gives its memory back.</summary>
    public void Release()
    {
        _values?.Release();
        (_values, _capacity, Length) = (null, 0, 0);
    }

    /// <summary>Stands as if it held random vectors of so many positions: for measurements of what long texts cost.</summary>
    public void Pretend(int length, int capacity, RandomKey key)
    {
        if (_capacity != capacity)
        {
            _capacity = capacity;
            _values = Tensor.Uniform(new Shape(_mostRows, capacity, _width), -1, 1, key).Keep();
        }

        Length = length;
    }

    private Tensor Part(Tensor cache, int start, int count) => cache.Slice(0, 0, Rows).Slice(1, start, count);

    private void Reserve(int count)
    {
        if (Length + count <= _capacity)
        {
            return;
        }

        _capacity = Math.Max(checked(Length + count), Math.Max(InitialCapacity, 2 * _capacity));
        Tensor grown = Tensor.Zeros(new Shape(_mostRows, _capacity, _width)).Keep();
        if (_values is not null && Length > 0)
        {
            Part(grown, 0, Length).Assign(Part(_values, 0, Length));
            _values.Release();
        }

        _values = grown;
    }
}
