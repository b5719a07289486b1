namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>Reads along an axis: y[.., j, ..] = x[.., indices[.., j, ..], ..].</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="indices">Int32, the shape of x but for the axis; values 0 .. size-1.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index outside the axis.</exception>
    public static Tensor Gather(this Tensor x, int axis, Tensor indices)
    {
        (x, indices, axis) = PrepareGather("Gather", x, axis, indices);
        Tensor y = Tensor.Empty(indices.Shape, x);
        (long outer, int n, long inner) = Around(x.Shape, axis);
        x.Kernels.Indexing.Gather(x.Buffer, indices.Buffer, y.Buffer, outer, n, indices.Shape[axis], inner);
        return Recorder.IsNeeded(x) ? Recorder.Record(y, new GatherRule(x, axis, indices)) : y;
    }

    /// <summary>Adds along an axis: y = x, then y[.., indices[.., j, ..], ..] += source[.., j, ..], in the order of j.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="indices">Int32, the shape of x but for the axis.</param>
    /// <param name="source">The shape of the indices.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index outside the axis.</exception>
    public static Tensor ScatterAdd(this Tensor x, int axis, Tensor indices, Tensor source)
    {
        (x, indices, axis) = PrepareGather("ScatterAdd", x, axis, indices);
        if (source.Shape != indices.Shape)
        {
            throw new ArgumentException($"ScatterAdd: the source has the shape {source.Shape}, the indices have {indices.Shape}.");
        }

        source = source.Contiguous();
        Tensor y = CopyOf(x);
        (long outer, int n, long inner) = Around(x.Shape, axis);
        x.Kernels.Indexing.ScatterAdd(source.Buffer, indices.Buffer, y.Buffer, outer, n, indices.Shape[axis], inner);
        return Recorder.IsNeeded(x, source) ? Recorder.Record(y, new ScatterAddRule(x, axis, indices, source)) : y;
    }

    /// <summary>
    /// The k largest elements along the last axis, largest first, ties by smaller place. The gradient flows to the places taken.
    /// </summary>
    /// <param name="x">[..., n]</param>
    /// <param name="k">1 .. n.</param>
    /// <returns>Values and Int32 places, [..., k].</returns>
    /// <exception cref="ArgumentOutOfRangeException">k outside 1 .. n.</exception>
    public static (Tensor Values, Tensor Indices) TopK(this Tensor x, int k)
    {
        RequireFloat(x, "TopK");
        if (k < 1 || k > x.Shape[-1])
        {
            throw new ArgumentOutOfRangeException(nameof(k), $"TopK: k is {k}, the last axis of {x.Shape} allows 1 to {x.Shape[-1]}.");
        }

        x = x.Contiguous();
        Shape shape = x.Shape.With(-1, k);
        Tensor values = Tensor.Empty(shape, x), indices = Tensor.Empty(shape, DType.Int32, x.Device);
        x.Kernels.Reductions.TopK(x.Buffer, values.Buffer, indices.Buffer, RowCount(x), x.Shape[-1], k);
        return (Recorder.IsNeeded(x) ? Recorder.Record(values, new GatherRule(x, x.Rank - 1, indices)) : values, indices);
    }

    private static (Tensor X, Tensor Indices, int Axis) PrepareGather(string operation, Tensor x, int axis, Tensor indices)
    {
        RequireFloat(x, operation);
        RequireIndices(indices, operation);
        axis = x.Shape.Axis(axis);
        if (indices.Rank != x.Rank || indices.Shape.With(axis, 1) != x.Shape.With(axis, 1))
        {
            throw new ArgumentException(
                $"{operation}: indices of the shape {x.Shape} but for axis {axis} are needed, their shape is {indices.Shape}.");
        }

        return (x.Contiguous(), indices.Contiguous(), axis);
    }

    private sealed class GatherRule(Tensor x, int axis, Tensor indices) : GradientRule(x)
    {
        public override void Backward(Tensor dy, GradientSink sink) =>
            sink.Add(x, Tensor.Zeros(x.Shape, x.Device).ScatterAdd(axis, indices, dy));
    }

    private sealed class ScatterAddRule(Tensor x, int axis, Tensor indices, Tensor source) : GradientRule(x, source)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            sink.Add(x, dy);
            if (source.RequiresGradient)
            {
                sink.Add(source, dy.Gather(axis, indices));
            }
        }
    }
}
