using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

/// <summary>
/// The gradient of a table of which a step read only some rows, as a list of contributions: number e adds
/// <c>Weights[e] Values[e / (n / m)]</c> to the gradient of row <c>Indices[e]</c>. Contributions that came out of one row of a result share
/// its gradient, so nothing of the size n x width is ever made.
/// </summary>
public sealed class RowGradient
{
    /// <summary>
    /// From so many contributions per row of the table on, sums are kept between two readers of them: to write and read them costs less
    /// than to add up again.
    /// </summary>
    private const int ManyPerRow = 4;

    private Tensor? _sorted, _order, _summed;
    private readonly int _tableRows;

    internal RowGradient(int tableRows, Tensor indices, Tensor? weights, Tensor values)
    {
        _tableRows = tableRows;
        Indices = indices;
        Weights = weights;
        Values = values;
    }

    /// <summary>Row numbers, Int32 [n], possibly repeated.</summary>
    public Tensor Indices { get; }

    /// <summary>Factors, [n]; null: all 1.</summary>
    public Tensor? Weights { get; }

    /// <summary>Gradients that the contributions share, [m, width]; n is a multiple of m.</summary>
    public Tensor Values { get; }

    /// <summary>Number of contributions that share a row of <see cref="Values"/>.</summary>
    internal int PerValue => Values.Shape[0] == 0 ? 1 : Indices.Shape[0] / Values.Shape[0];

    /// <summary>
    /// The same gradient with every row once and without weights, rows ascending, contributions added in their order of appearance.
    /// </summary>
    public RowGradient Coalesce()
    {
        RowContributions contributions = Sort();
        int[] sorted = _sorted!.ToInt32Array(), places = new int[sorted.Length];
        List<int> rows = [];
        for (int i = 0; i < sorted.Length; i++)
        {
            if (i == 0 || sorted[i] != sorted[i - 1])
            {
                rows.Add(sorted[i]);
            }

            places[i] = rows.Count - 1;
        }

        Tensor values = Tensor.Zeros(new Shape(rows.Count, Values.Shape[1]), Values.Device);
        Tensor compact = Tensor.From(places, new Shape(places.Length), Values.Device);
        values.Kernels.Indexing.AddRows(contributions with { Sorted = compact.Buffer }, values.Buffer);
        return new RowGradient(_tableRows, Tensor.From(rows.ToArray(), new Shape(rows.Count), Values.Device), null, values);
    }

    /// <summary>The same gradient as a whole table, with zeros in the other rows.</summary>
    /// <returns>[rows of the table, width]</returns>
    public Tensor ToDense()
    {
        Tensor dense = Tensor.Zeros(new Shape(_tableRows, Values.Shape[1]), Values.Device);
        AddTo(dense);
        return dense;
    }

    /// <summary>The contributions sorted by row, for kernels. They are sorted once.</summary>
    internal RowContributions Sort()
    {
        if (_sorted is null)
        {
            _sorted = Tensor.Empty(Indices.Shape, DType.Int32, Indices.Device).Keep();
            _order = Tensor.Empty(Indices.Shape, DType.Int32, Indices.Device).Keep();
            Indices.Kernels.Indexing.Sort(Indices.Buffer, _tableRows, _sorted.Buffer, _order.Buffer, Indices.Count);
        }

        return new RowContributions(_sorted.Buffer, _order!.Buffer, Weights?.Buffer ?? default, Values.Buffer, _sorted.Count,
            PerValue, Values.Shape[1], _summed?.Buffer ?? default);
    }

    /// <summary>
    /// The contributions sorted by row, for <see cref="IOptimizerKernels.SumOfSquaresRows"/>; where rows have many,
    /// it keeps their sums for the update.
    /// </summary>
    internal RowContributions SortToSquare()
    {
        if (_summed is null && Indices.Count >= ManyPerRow * (long)_tableRows)
        {
            _summed = Tensor.Empty(new Shape(_tableRows, Values.Shape[1]), Values.Device).Keep();
        }

        return Sort();
    }

    /// <summary>Numbers of the rows that have contributions, ascending.</summary>
    public int[] Rows()
    {
        Sort();
        return [.. _sorted!.ToInt32Array().Distinct()];
    }

    /// <summary>The contributions to a range of rows, for a table of these rows alone; the values are shared.</summary>
    internal RowGradient InRange(int start, int rows)
    {
        Sort();
        int[] sorted = _sorted!.ToInt32Array(), order = _order!.ToInt32Array();
        int from = LowerBound(start), to = LowerBound(start + rows);
        int[] moved = [.. sorted.AsSpan(from, to - from).ToArray().Select(row => row - start)];
        Shape shape = new(moved.Length);
        return new RowGradient(rows, Indices, Weights, Values)
        {
            _sorted = Tensor.From(moved, shape, Indices.Device),
            _order = Tensor.From(order.AsSpan(from, to - from), shape, Indices.Device),
        };

        int LowerBound(int row)
        {
            int place = Array.BinarySearch(sorted, row);
            place = place < 0 ? ~place : place;
            while (place > 0 && sorted[place - 1] == row)
            {
                place--;
            }

            return place;
        }
    }

    /// <summary>Adds the gradient to a dense one.</summary>
    internal void AddTo(Tensor dense) => dense.Kernels.Indexing.AddRows(Sort(), dense.Buffer);

    /// <summary>Both gradients: lists are joined.</summary>
    internal RowGradient With(RowGradient other)
    {
        using NoGradientScope _ = new();
        if (PerValue != other.PerValue)
        {
            return Spread().With(other.Spread());
        }

        Tensor? weights = Weights is null && other.Weights is null
            ? null
            : TensorOperators.Concat(0, Weights ?? Ones(Indices), other.Weights ?? Ones(other.Indices));
        return new RowGradient(_tableRows, TensorOperators.Concat(0, Indices, other.Indices), weights,
            TensorOperators.Concat(0, Values, other.Values));
    }

    internal void Release()
    {
        Forget();
        Indices.Storage.Release();
        Weights?.Storage.Release();
        Values.Storage.Release();
    }

    /// <summary>Returns what was made of the contributions, which others may stand in the place of.</summary>
    internal void Forget()
    {
        foreach (Tensor? tensor in new[] { _sorted, _order, _summed })
        {
            tensor?.Storage.Release();
        }

        (_sorted, _order, _summed) = (null, null, null);
    }

    internal RowGradient Keep()
    {
        Indices.Keep();
        Weights?.Keep();
        Values.Keep();
        return this;
    }

    /// <summary>The same contributions with a row of values each.</summary>
    private RowGradient Spread()
    {
        int rows = Values.Shape[0], width = Values.Shape[1], shared = PerValue;
        Tensor values = Values.Reshape(new Shape(rows, 1, width)).Expand(new Shape(rows, shared, width)).Contiguous();
        return new RowGradient(_tableRows, Indices, Weights, values.Reshape(new Shape(rows * shared, width)));
    }

    private static Tensor Ones(Tensor indices) => Tensor.Ones(indices.Shape, indices.Device);
}
