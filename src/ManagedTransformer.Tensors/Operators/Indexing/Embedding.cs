using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>Reads rows of a table: y[...] = table[indices[...]].</summary>
    /// <param name="table">[rows, width], Float32, Int8, Int4, or BFloat16 with an even width.</param>
    /// <param name="indices">Int32, any shape, values 0 .. rows-1.</param>
    /// <param name="padding">An index whose lookups send no gradient, or -1 for none.</param>
    /// <param name="sparse">
    /// Collects the gradient as rows (<see cref="Parameter.RowGradient"/>) instead of a whole table; the table must be a
    /// <see cref="Parameter"/>.
    /// </param>
    /// <returns>[..., width]</returns>
    /// <exception cref="ArgumentException">Not a table, or sparse without a parameter.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index outside the table.</exception>
    public static Tensor Embedding(this Tensor table, Tensor indices, int padding = -1, bool sparse = false)
    {
        RequireWeight(table, false, "Embedding");
        RequireIndices(indices, "Embedding");
        if (table.Rank != 2)
        {
            throw new ArgumentException($"Embedding: a table [rows, width] is needed, its shape is {table.Shape}.");
        }

        if (sparse && table is not Parameter)
        {
            throw new ArgumentException("Embedding: sparse gradients are collected by parameters only.");
        }

        table = table.Contiguous();
        indices = indices.Contiguous();
        if (table.DType.IsQuantized())
        {
            return RowsOf(table, indices);
        }

        if (table.DType == DType.BFloat16)
        {
            return EmbeddingOfHalves(table, indices);
        }

        Tensor y = Tensor.Empty(indices.Shape.Insert(-1, table.Shape[1]), table);
        table.Kernels.Indexing.GatherRows(table.Buffer, table.Shape[0], indices.Buffer, y.Buffer, indices.Count, table.Shape[1]);
        return Recorder.IsNeeded(table) ? Recorder.Record(y, new EmbeddingRule(table, indices, padding, sparse)) : y;
    }

    // Pairs of halves move as one word, and widen where they come to lie.
    private static Tensor EmbeddingOfHalves(Tensor table, Tensor indices)
    {
        int width = table.Shape[1];
        if (width % 2 != 0 || table.Offset % 2 != 0)
        {
            throw new ArgumentException($"Embedding: a BFloat16 table needs rows of an even width, its shape is {table.Shape}.");
        }

        Tensor rows = Tensor.Empty(indices.Shape.Insert(-1, width), DType.BFloat16, table.Device);
        DeviceBuffer words = new(table.Storage, table.Offset / 2);
        table.Kernels.Indexing.GatherRows(words, table.Shape[0], indices.Buffer, rows.Buffer, indices.Count, width / 2);
        return rows.Cast(DType.Float32);
    }

    /// <summary>Reads places along an axis: y = x with axis places <c>indices</c>, in their order.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="indices">Int32 [k].</param>
    /// <returns>The shape of x with size k at the axis.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An index outside the axis.</exception>
    public static Tensor IndexSelect(this Tensor x, int axis, Tensor indices)
    {
        RequireIndices(indices, "IndexSelect");
        if (indices.Rank != 1)
        {
            throw new ArgumentException($"IndexSelect: indices of one axis are needed, their shape is {indices.Shape}.");
        }

        axis = x.Shape.Axis(axis);
        Span<int> order = stackalloc int[Shape.MaxRank];
        Span<int> back = stackalloc int[Shape.MaxRank];
        order[0] = axis;
        for (int i = 0, next = 1; i < x.Rank; i++)
        {
            if (i != axis)
            {
                order[next++] = i;
            }
        }

        for (int i = 0; i < x.Rank; i++)
        {
            back[order[i]] = i;
        }

        Tensor first = x.Permute(order[..x.Rank]);
        int size = x.Shape[axis];
        Tensor rows = first.Reshape(new Shape(size, size == 0 ? 0 : checked((int)(x.Count / size)))).Embedding(indices);
        return rows.Reshape(first.Shape.With(0, indices.Shape[0])).Permute(back[..x.Rank]);
    }

    // dtable[indices[i]] += dy[i], in the order of i
    private sealed class EmbeddingRule(Tensor table, Tensor indices, int padding, bool sparse) : GradientRule(table)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            dy = dy.Contiguous();
            int rows = table.Shape[0], width = table.Shape[1];
            if (sparse)
            {
                AddRows(dy, width);
                return;
            }

            Tensor dTable = sink.Target(table, out bool accumulate);
            if (!accumulate)
            {
                Elementwise(dTable).Fill(dTable.Buffer, dTable.Count, 0);
            }

            dy.Kernels.Indexing.ScatterAddRows(dy.Buffer, indices.Buffer, padding, dTable.Buffer, rows, indices.Count, width);
        }

        // The walk returns the memory of dy, and the indices are the caller's.
        private void AddRows(Tensor dy, int width)
        {
            Tensor flat = indices.Reshape(new Shape(checked((int)indices.Count)));
            Tensor values = dy.Reshape(new Shape(flat.Shape[0], width));
            int[] kept = flat.ToInt32Array();
            if (padding >= 0)
            {
                int[] places = [.. Enumerable.Range(0, kept.Length).Where(i => kept[i] != padding)];
                kept = [.. places.Select(i => kept[i])];
                values = values.Embedding(Tensor.From(places, new Shape(places.Length), dy.Device));
            }
            else
            {
                values = CopyOf(values);
            }

            GradientSink.AddRows((Parameter)table,
                new RowGradient(table.Shape[0], Tensor.From(kept, new Shape(kept.Length), dy.Device), null, values));
        }
    }
}
