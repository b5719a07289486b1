namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Weighted sums of rows of a table: y[b] = sum over m of weights[b, m] table[indices[b, m]]. The rows that were read are never stored.
    /// </summary>
    /// <param name="table">[slots, width]</param>
    /// <param name="indices">Int32 [bags, perBag], values 0 .. slots-1, repetitions allowed.</param>
    /// <param name="weights">[bags, perBag], of any sign.</param>
    /// <param name="sparseGradient">
    /// Collects the table's gradient as (slot, bag, weight) with the gradient of y (<see cref="Parameter.RowGradient"/>) instead of a whole
    /// table; the table must be a <see cref="Parameter"/>.
    /// </param>
    /// <returns>[bags, width]</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit, or a sparse gradient without a parameter.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index outside the table.</exception>
    public static Tensor EmbeddingBag(this Tensor table, Tensor indices, Tensor weights, bool sparseGradient = false)
    {
        RequireFloat(table, "EmbeddingBag");
        RequireFloat(weights, "EmbeddingBag");
        RequireIndices(indices, "EmbeddingBag");
        if (table.Rank != 2 || indices.Rank != 2 || indices.Shape != weights.Shape)
        {
            throw new ArgumentException(
                $"EmbeddingBag: a table [slots, width] with indices and weights [bags, perBag] is needed, their shapes are {table.Shape}, "
                + $"{indices.Shape} and {weights.Shape}.");
        }

        if (sparseGradient && table is not Parameter)
        {
            throw new ArgumentException("EmbeddingBag: sparse gradients are collected by parameters only.");
        }

        (table, indices, weights) = (table.Contiguous(), indices.Contiguous(), weights.Contiguous());
        (int bags, int perBag, int width) = (indices.Shape[0], indices.Shape[1], table.Shape[1]);
        Tensor y = Tensor.Empty(new Shape(bags, width), table);
        table.Kernels.Indexing.EmbeddingBag(table.Buffer, table.Shape[0], indices.Buffer, weights.Buffer, y.Buffer, bags, perBag, width);
        return Recorder.IsNeeded(table, weights) ? Recorder.Record(y, new EmbeddingBagRule(table, indices, weights, sparseGradient)) : y;
    }

    // dweights[b, m] = <dy[b], table[indices[b, m]]>;  dtable[indices[b, m]] += weights[b, m] dy[b]
    private sealed class EmbeddingBagRule(Tensor table, Tensor indices, Tensor weights, bool sparse) : GradientRule(table, weights)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            dy = dy.Contiguous();
            if (weights.RequiresGradient)
            {
                Tensor dWeights = Tensor.EmptyLike(weights);
                dy.Kernels.Indexing.EmbeddingBagWeightGradient(
                    table.Buffer, indices.Buffer, dy.Buffer, dWeights.Buffer, indices.Shape[0], indices.Shape[1], table.Shape[1]);
                sink.Add(weights, dWeights);
            }

            if (!table.RequiresGradient || indices.Count == 0)
            {
                return;
            }

            Shape flat = new(checked((int)indices.Count));
            if (sparse)
            {
                // The walk returns the memory of dy and of the weights, and the indices may be the caller's.
                Tensor slots = Tensor.Empty(indices.Shape, DType.Int32, dy.Device);
                slots.Assign(indices);
                Tensor factors = CopyOf(weights.Detach());
                GradientSink.AddRows((Parameter)table,
                    new RowGradient(table.Shape[0], slots.Reshape(flat), factors.Reshape(flat), CopyOf(dy)));
                return;
            }

            Tensor dTable = sink.Target(table, out bool accumulate);
            if (!accumulate)
            {
                Elementwise(dTable).Fill(dTable.Buffer, dTable.Count, 0);
            }

            RowGradient rows = new(table.Shape[0], indices.Reshape(flat), weights.Detach().Reshape(flat), dy);
            rows.AddTo(dTable);
        }
    }
}
