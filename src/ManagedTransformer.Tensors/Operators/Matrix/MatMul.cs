using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Matrix product of the last two axes, batched over the others: y[..., m, n] = sum over k of a[..., m, k] b[..., k, n].
    /// Transposed views cost nothing.
    /// </summary>
    /// <param name="a">[..., M, K]</param>
    /// <param name="b">[..., K, N]; the leading axes broadcast with a's.</param>
    /// <exception cref="ArgumentException">Fewer than two axes, or sizes that do not fit.</exception>
    public static Tensor MatMul(this Tensor a, Tensor b)
    {
        RequireFloat(a, "MatMul");
        RequireFloat(b, "MatMul");
        if (a.Rank < 2 || b.Rank < 2 || a.Shape[-1] != b.Shape[-2])
        {
            throw new ArgumentException($"MatMul: [..., M, K] times [..., K, N] is needed, the shapes are {a.Shape} and {b.Shape}.");
        }

        Tensor y = Product(a, b);
        return Recorder.IsNeeded(a, b) ? Recorder.Record(y, new MatMulRule(a, b)) : y;
    }

    private static Tensor Product(Tensor a, Tensor b)
    {
        int m = a.Shape[-2], k = a.Shape[-1], n = b.Shape[-1];
        Shape batch = Shape.Broadcast(BatchOf(a), BatchOf(b), "MatMul");
        Shape shape = batch.Insert(-1, m).Insert(-1, n);
        Tensor y = Tensor.Empty(shape, a);
        Matrices left = MatricesOf(a, batch), right = MatricesOf(b, batch);
        MatMulProblem problem = new()
        {
            Batch = checked((int)batch.Count),
            M = m,
            N = n,
            K = k,
            A = left.Buffer,
            StrideA = left.Stride,
            BatchStrideA = left.BatchStride,
            TransposeA = left.Transposed,
            B = right.Buffer,
            StrideB = right.Stride,
            BatchStrideB = right.BatchStride,
            TransposeB = right.Transposed,
            C = y.Buffer,
            StrideC = n,
            BatchStrideC = (long)m * n,
            Alpha = 1,
            BatchInvariant = BatchInvariantScope.IsOpen,
        };
        y.Kernels.Matrix.MatMul(problem);
        return y;
    }

    private static Shape BatchOf(Tensor x) => x.Shape.Without(-1).Without(-1);

    /// <summary>Describes a batch of matrices that the kernel reads in place; copies where strides cannot say it.</summary>
    private static Matrices MatricesOf(Tensor x, Shape batch)
    {
        int rows = x.Shape[-2], columns = x.Shape[-1];
        long rowStride = x.Strides[x.Rank - 2], columnStride = x.Strides[x.Rank - 1];
        bool straight = columnStride == 1 || columns == 1, turned = rowStride == 1 || rows == 1;
        if ((straight && rowStride >= columns) || rows == 1)
        {
            rowStride = Math.Max(rowStride, columns);
        }

        if (BatchStrideOf(x, batch) is { } step)
        {
            if (straight && rowStride >= columns)
            {
                return new Matrices(x.Buffer, rowStride, step, false);
            }

            if (turned && columnStride >= rows)
            {
                return new Matrices(x.Buffer, columnStride, step, true);
            }
        }

        Tensor copy = x.Contiguous();
        if (BatchStrideOf(copy, batch) is not { } copyStep)
        {
            copy = copy.Expand(batch.Insert(-1, rows).Insert(-1, columns)).Contiguous();
            copyStep = (long)rows * columns;
        }

        return new Matrices(copy.Buffer, columns, copyStep, false);
    }

    /// <summary>The one distance between consecutive matrices of the batch (0: the same one); null where there is no such number.</summary>
    private static long? BatchStrideOf(Tensor x, Shape batch)
    {
        int missing = batch.Rank - (x.Rank - 2);
        long? step = null;
        long expected = 0;
        for (int axis = batch.Rank - 1; axis >= 0; axis--)
        {
            if (batch[axis] == 1)
            {
                continue;
            }

            long stride = axis < missing || x.Shape[axis - missing] == 1 ? 0 : x.Strides[axis - missing];
            if (step is null)
            {
                step = stride;
            }
            else if (stride != expected)
            {
                return null;
            }

            expected = stride * batch[axis];
        }

        return step ?? 0;
    }

    private readonly record struct Matrices(DeviceBuffer Buffer, long Stride, long BatchStride, bool Transposed);

    // da = dy b^T, db = a^T dy, each summed over the batch axes along which it was broadcast
    private sealed class MatMulRule(Tensor a, Tensor b) : GradientRule(a, b)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            if (a.RequiresGradient)
            {
                sink.Add(a, ReduceTo(Product(dy, b.Transpose()), a.Shape));
            }

            if (b.RequiresGradient)
            {
                sink.Add(b, ReduceTo(Product(a.Transpose(), dy), b.Shape));
            }
        }
    }
}
