using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>Rows arranged as [sentences, width] with the rows of a sentence side by side; places left over repeat some row and are never read back.</summary>
internal sealed class RowGrid
{
    private readonly int _sentences, _width;
    private readonly Tensor? _places, _rows;

    /// <summary>A grid of rows.</summary>
    /// <param name="sentenceOfRow">The sentence of every row.</param><param name="sentences">How many sentences there are, with rows or without.</param>
    public RowGrid(ReadOnlySpan<int> sentenceOfRow, int sentences)
    {
        int[] used = new int[sentences], column = new int[sentenceOfRow.Length];
        for (int row = 0; row < column.Length; row++)
        {
            column[row] = used[sentenceOfRow[row]]++;
        }

        _sentences = sentences;
        _width = used.Max();
        int[] rows = new int[sentences * _width], places = new int[column.Length];
        bool inOrder = rows.Length == places.Length;
        for (int row = 0; row < places.Length; row++)
        {
            int place = (sentenceOfRow[row] * _width) + column[row];
            (places[row], rows[place]) = (place, row);
            inOrder &= place == row;
        }

        if (!inOrder)
        {
            _rows = Tensor.From(rows, new Shape(rows.Length)).Keep();
            _places = Tensor.From(places, new Shape(places.Length)).Keep();
        }
    }

    /// <summary>[n, 1, D] to [sentences, width, D].</summary>
    public Tensor Spread(Tensor x)
    {
        int dim = x.Shape[2];
        x = x.Reshape(new Shape(x.Shape[0], dim));
        return (_rows is null ? x : x.Embedding(_rows)).Reshape(new Shape(_sentences, _width, dim));
    }

    /// <summary>[sentences, width, D] to [n, 1, D].</summary>
    public Tensor Collect(Tensor y)
    {
        int dim = y.Shape[2];
        y = y.Reshape(new Shape(_sentences * _width, dim));
        return (_places is null ? y : y.Embedding(_places)).Reshape(new Shape(_places?.Shape[0] ?? y.Shape[0], 1, dim));
    }
}
