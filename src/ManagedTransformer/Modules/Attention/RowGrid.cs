using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Attention;

/// <summary>
/// Rows arranged as [groups, width] with the rows of a group side by side; places left over repeat some row and are never read back.
/// </summary>
internal sealed class RowGrid
{
    private readonly int _groups, _width;
    private readonly Tensor? _places, _rows;

    /// <summary>A grid of rows.</summary>
    /// <param name="groupOfRow">The group of every row.</param>
    /// <param name="groups">How many groups there are, with rows or without.</param>
    public RowGrid(ReadOnlySpan<int> groupOfRow, int groups)
    {
        int[] used = new int[groups], column = new int[groupOfRow.Length];
        for (int row = 0; row < column.Length; row++)
        {
            column[row] = used[groupOfRow[row]]++;
        }

        _groups = groups;
        _width = used.Max();
        int[] rows = new int[groups * _width], places = new int[column.Length];
        bool inOrder = rows.Length == places.Length;
        for (int row = 0; row < places.Length; row++)
        {
            int place = (groupOfRow[row] * _width) + column[row];
            (places[row], rows[place]) = (place, row);
            inOrder &= place == row;
        }

        if (!inOrder)
        {
            _rows = Tensor.From(rows, new Shape(rows.Length));
            _places = Tensor.From(places, new Shape(places.Length));
        }
    }

    /// <summary>Lets this grid outlive the step that made it.</summary>
    /// <returns>This grid.</returns>
    public RowGrid Keep()
    {
        _rows?.Keep();
        _places?.Keep();
        return this;
    }

    /// <summary>[n, 1, D] to [groups, width, D].</summary>
    public Tensor Spread(Tensor x)
    {
        int dim = x.Shape[2];
        x = x.Reshape(new Shape(x.Shape[0], dim));
        return (_rows is null ? x : x.Embedding(_rows)).Reshape(new Shape(_groups, _width, dim));
    }

    /// <summary>[groups, width, D] to [n, 1, D].</summary>
    public Tensor Collect(Tensor y)
    {
        int dim = y.Shape[2];
        y = y.Reshape(new Shape(_groups * _width, dim));
        return (_places is null ? y : y.Embedding(_places)).Reshape(new Shape(_places?.Shape[0] ?? y.Shape[0], 1, dim));
    }
}
