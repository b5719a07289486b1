namespace ManagedTransformer.Tensors;

/// <summary>The gradient of a table of which a step read only some rows: row <c>Indices[i]</c> has the gradient <c>Values[i]</c>, equal indices add up.</summary>
public sealed class RowGradient
{
    internal RowGradient(Tensor indices, Tensor values)
    {
        Indices = indices;
        Values = values;
    }

    /// <summary>Row numbers, Int32 [n], possibly repeated.</summary>
    public Tensor Indices { get; }

    /// <summary>Gradients of those rows, [n, width].</summary>
    public Tensor Values { get; }

    /// <summary>The same gradient with every row once, rows ascending, contributions added in their order of appearance.</summary>
    public RowGradient Coalesce()
    {
        int[] indices = Indices.ToInt32Array();
        int[] rows = [.. indices.Distinct().Order()];
        int[] places = new int[indices.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            places[i] = Array.BinarySearch(rows, indices[i]);
        }

        using NoGradientScope _ = new();
        Tensor values = Tensor.Zeros(new Shape(rows.Length, Values.Shape[1]), Values.Device);
        Tensor place = Tensor.From(places, new Shape(places.Length), Values.Device);
        values.Kernels.Indexing.ScatterAddRows(Values.Contiguous().Buffer, place.Buffer, -1, values.Buffer, rows.Length, places.Length, Values.Shape[1]);
        return new RowGradient(Tensor.From(rows, new Shape(rows.Length), Values.Device), values);
    }

    internal RowGradient With(RowGradient other) =>
        new(TensorOperators.Concat(0, Indices, other.Indices), TensorOperators.Concat(0, Values, other.Values));

    internal void Release()
    {
        Indices.Storage.Release();
        Values.Storage.Release();
    }

    internal RowGradient Keep()
    {
        Indices.Keep();
        Values.Keep();
        return this;
    }
}
