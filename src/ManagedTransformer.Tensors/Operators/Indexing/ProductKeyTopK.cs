using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// The k best of n^2 keys that are all pairs of n first and n second half keys (Lample et al., 2019, section 3.1): slot p = i n + j has
    /// the score &lt;q1, keys[h, 0, i]&gt; + &lt;q2, keys[h, 1, j]&gt;, where q1 and q2 are the halves of the query. Exact: a pair among
    /// the k best consists of halves among the k best of their kind. Equal scores are ordered by slot. The gradient flows to the keys and
    /// queries of the slots taken.
    /// </summary>
    /// <param name="query">[R, H, 2c]</param>
    /// <param name="keys">[H, 2, n, c]</param>
    /// <param name="k">1 .. n.</param>
    /// <returns>Scores and slots (Int32), [R, H, k], best first.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit, or more than 2^31 - 1 slots.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k outside 1 .. n.</exception>
    public static (Tensor Scores, Tensor Indices) ProductKeyTopK(this Tensor query, Tensor keys, int k)
    {
        RequireFloat(query, "ProductKeyTopK");
        RequireFloat(keys, "ProductKeyTopK");
        if (query.Rank != 3 || keys.Rank != 4 || keys.Shape[0] != query.Shape[1] || keys.Shape[1] != 2
            || query.Shape[2] != 2 * keys.Shape[3])
        {
            throw new ArgumentException(
                $"ProductKeyTopK: queries [R, H, 2c] and keys [H, 2, n, c] are needed, their shapes are {query.Shape} and {keys.Shape}.");
        }

        int n = keys.Shape[2];
        if ((long)n * n > int.MaxValue)
        {
            throw new ArgumentException($"ProductKeyTopK: {n} keys per half make more slots than fit in Int32.");
        }

        if (k < 1 || k > n)
        {
            throw new ArgumentOutOfRangeException(nameof(k), $"ProductKeyTopK: k is {k}, keys of the shape {keys.Shape} allow 1 to {n}.");
        }

        (query, keys) = (query.Contiguous(), keys.Contiguous());
        ProductKeyShape sizes = new(query.Shape[0], query.Shape[1], n, keys.Shape[3], k);
        Shape shape = query.Shape.With(2, k);
        Tensor scores = Tensor.Empty(shape, query), slots = Tensor.Empty(shape, DType.Int32, query.Device);
        int rows = query.Shape[0], together = BatchInvariantScope.IsOpen ? 1 : rows;
        for (int row = 0; row < rows; row += together)
        {
            query.Kernels.ProductKeys.Search(query.Slice(0, row, together).Buffer, keys.Buffer, scores.Slice(0, row, together).Buffer,
                slots.Slice(0, row, together).Buffer, sizes with { Rows = together });
        }

        return (Recorder.IsNeeded(query, keys) ? Recorder.Record(scores, new ProductKeyRule(query, keys, slots, sizes)) : scores, slots);
    }

    /// <summary>
    /// The k best of S keys by exhaustive search: slot p has the score &lt;q, keys[h, p]&gt;. Equal scores are ordered by slot. What
    /// <see cref="ProductKeyTopK"/> is measured against; it computes and differentiates all S scores.
    /// </summary>
    /// <param name="query">[R, H, d]</param>
    /// <param name="keys">[H, S, d], or [S, d] for keys that all heads share.</param>
    /// <param name="k">1 .. S.</param>
    /// <returns>Scores and slots (Int32), [R, H, k], best first.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k outside 1 .. S.</exception>
    public static (Tensor Scores, Tensor Indices) FlatKeyTopK(this Tensor query, Tensor keys, int k)
    {
        if (query.Rank != 3 || keys.Rank is not (2 or 3) || keys.Shape[-1] != query.Shape[2]
            || (keys.Rank == 3 && keys.Shape[0] != query.Shape[1]))
        {
            throw new ArgumentException(
                "FlatKeyTopK: queries [R, H, d] and keys [H, S, d] or [S, d] are needed, "
                + $"their shapes are {query.Shape} and {keys.Shape}.");
        }

        if (keys.Rank == 2)
        {
            return query.MatMul(keys.Transpose()).TopK(k);
        }

        (Tensor scores, Tensor slots) = query.Transpose(0, 1).MatMul(keys.Transpose()).TopK(k);
        return (scores.Transpose(0, 1), slots.Transpose(0, 1).Contiguous());
    }

    private sealed class ProductKeyRule(Tensor query, Tensor keys, Tensor slots, ProductKeyShape sizes) : GradientRule(query, keys)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            dy = dy.Contiguous();
            IProductKeyKernels kernels = dy.Kernels.ProductKeys;
            if (query.RequiresGradient)
            {
                Tensor dQuery = Tensor.EmptyLike(query);
                kernels.QueryGradient(keys.Buffer, slots.Buffer, dy.Buffer, dQuery.Buffer, sizes);
                sink.Add(query, dQuery);
            }

            if (keys.RequiresGradient)
            {
                Tensor dKeys = sink.Target(keys, out bool accumulate);
                if (!accumulate)
                {
                    Elementwise(dKeys).Fill(dKeys.Buffer, dKeys.Count, 0);
                }

                kernels.KeyGradient(query.Buffer, slots.Buffer, dy.Buffer, dKeys.Buffer, sizes);
            }
        }
    }
}
