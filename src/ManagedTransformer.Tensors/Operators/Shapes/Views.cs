namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>The same elements, row-major, under another shape: a view where the layout allows it, else a copy.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="shape">The new shape, with the same number of elements.</param>
    /// <exception cref="ArgumentException">The counts differ.</exception>
    public static Tensor Reshape(this Tensor x, Shape shape)
    {
        if (shape.Count != x.Count)
        {
            throw new ArgumentException($"Reshape: {x.Shape} has {x.Count} elements, {shape} has {shape.Count}.");
        }

        if (shape == x.Shape)
        {
            return x;
        }

        if (!TryReshapeStrides(x, shape, out Strides strides))
        {
            x = x.Contiguous();
            strides = Strides.Contiguous(shape);
        }

        Tensor y = x.View(shape, strides, x.Offset);
        return Recorder.IsNeeded(x) ? Recorder.Record(y, new ReshapeRule(x)) : y;
    }

    /// <summary>The axes in another order: axis i of the result is axis <c>order[i]</c> of x. A view.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="order">A permutation of 0 .. Rank-1.</param>
    /// <exception cref="ArgumentException">Not a permutation.</exception>
    public static Tensor Permute(this Tensor x, params ReadOnlySpan<int> order)
    {
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        Span<int> inverse = stackalloc int[Shape.MaxRank];
        Strides strides = default;
        int seen = 0;
        for (int i = 0; i < order.Length && i < x.Rank; i++)
        {
            int axis = x.Shape.Axis(order[i]);
            sizes[i] = x.Shape[axis];
            strides[i] = x.Strides[axis];
            inverse[axis] = i;
            seen |= 1 << axis;
        }

        if (order.Length != x.Rank || seen != (1 << x.Rank) - 1)
        {
            throw new ArgumentException($"Permute: [{string.Join(", ", order.ToArray())}] is not an order of the axes of {x.Shape}.");
        }

        Tensor y = x.View(new Shape(sizes[..x.Rank]), strides, x.Offset);
        return Recorder.IsNeeded(x) ? Recorder.Record(y, new PermuteRule(x, inverse[..x.Rank].ToArray())) : y;
    }

    /// <summary>Exchanges two axes: a view.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="first">One axis; negative counts from the end.</param>
    /// <param name="second">The other.</param>
    public static Tensor Transpose(this Tensor x, int first = -2, int second = -1)
    {
        first = x.Shape.Axis(first);
        second = x.Shape.Axis(second);
        Span<int> order = stackalloc int[Shape.MaxRank];
        for (int axis = 0; axis < x.Rank; axis++)
        {
            order[axis] = axis == first ? second : axis == second ? first : axis;
        }

        return x.Permute(order[..x.Rank]);
    }

    /// <summary>The range start .. start + length - 1 of one axis: a view.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="start">First place.</param>
    /// <param name="length">Number of places.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the axis.</exception>
    public static Tensor Slice(this Tensor x, int axis, int start, int length)
    {
        axis = x.Shape.Axis(axis);
        if (start < 0 || length < 0 || start > x.Shape[axis] - length)
        {
            throw new ArgumentOutOfRangeException(nameof(start), $"Slice: axis {axis} of {x.Shape} has no range of {length} from {start}.");
        }

        Tensor y = x.View(x.Shape.With(axis, length), x.Strides, x.Offset + (start * x.Strides[axis]));
        return Recorder.IsNeeded(x) ? Recorder.Record(y, new SliceRule(x, axis, start, length)) : y;
    }

    /// <summary>Cuts an axis into consecutive pieces: views.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="lengths">Lengths of the pieces; their sum is the axis's size.</param>
    /// <exception cref="ArgumentException">The lengths do not add up.</exception>
    public static Tensor[] Split(this Tensor x, int axis, params ReadOnlySpan<int> lengths)
    {
        int total = 0;
        Tensor[] pieces = new Tensor[lengths.Length];
        for (int i = 0; i < lengths.Length; i++)
        {
            pieces[i] = x.Slice(axis, total, lengths[i]);
            total += lengths[i];
        }

        return total == x.Shape[axis]
            ? pieces
            : throw new ArgumentException($"Split: the lengths add up to {total}, axis {axis} of {x.Shape} has {x.Shape[axis]}.");
    }

    /// <summary>Repeats axes of size 1 (and adds axes in front) without copying: a view.</summary>
    /// <param name="x">Any shape that broadcasts to the new one.</param>
    /// <param name="shape">The new shape.</param>
    /// <exception cref="ArgumentException">x does not broadcast to the shape.</exception>
    public static Tensor Expand(this Tensor x, Shape shape)
    {
        if (Shape.Broadcast(x.Shape, shape, "Expand") != shape)
        {
            throw new ArgumentException($"Expand: {x.Shape} does not broadcast to {shape}.");
        }

        if (shape == x.Shape)
        {
            return x;
        }

        Tensor y = x.View(shape, BroadcastStrides(x, shape), x.Offset);
        return Recorder.IsNeeded(x) ? Recorder.Record(y, new ExpandRule(x)) : y;
    }

    /// <summary>Strides under which the new shape reads the same elements in the same order, if there are any.</summary>
    private static bool TryReshapeStrides(Tensor x, Shape shape, out Strides strides)
    {
        strides = Strides.Contiguous(shape);
        if (x.IsContiguous)
        {
            return true;
        }

        // Group old axes that lie in one another, then hand each group's elements to new axes of the same product.
        int oldAxis = 0, newAxis = 0;
        while (oldAxis < x.Rank && newAxis < shape.Rank)
        {
            int oldStart = oldAxis, newStart = newAxis;
            long oldCount = x.Shape[oldAxis++], newCount = shape[newAxis++];
            while (oldCount != newCount)
            {
                if (oldCount < newCount)
                {
                    oldCount *= x.Shape[oldAxis++];
                }
                else
                {
                    newCount *= shape[newAxis++];
                }
            }

            // Axes of size 1 do not count: their strides mean nothing.
            long step = 1, next = 1;
            bool isInnermost = true;
            for (int axis = oldAxis - 1; axis >= oldStart; axis--)
            {
                if (x.Shape[axis] == 1)
                {
                    continue;
                }

                if (!isInnermost && x.Strides[axis] != next)
                {
                    return false;
                }

                step = isInnermost ? x.Strides[axis] : step;
                isInnermost = false;
                next = x.Strides[axis] * x.Shape[axis];
            }

            for (int axis = newAxis - 1; axis >= newStart; axis--)
            {
                strides[axis] = step;
                step *= shape[axis];
            }
        }

        for (; newAxis < shape.Rank; newAxis++)
        {
            strides[newAxis] = 1;
        }

        return true;
    }

    private sealed class ReshapeRule(Tensor x) : GradientRule(x)
    {
        public override bool OwnsOutput => false;

        public override void Backward(Tensor dy, GradientSink sink) => sink.Add(x, dy.Reshape(x.Shape));
    }

    private sealed class PermuteRule(Tensor x, int[] inverse) : GradientRule(x)
    {
        public override bool OwnsOutput => false;

        public override void Backward(Tensor dy, GradientSink sink) => sink.Add(x, dy.Permute(inverse));
    }

    private sealed class ExpandRule(Tensor x) : GradientRule(x)
    {
        public override bool OwnsOutput => false;

        public override void Backward(Tensor dy, GradientSink sink) => sink.Add(x, ReduceTo(dy, x.Shape));
    }

    private sealed class SliceRule(Tensor x, int axis, int start, int length) : GradientRule(x)
    {
        public override bool OwnsOutput => false;

        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor dx = sink.Target(x, out bool accumulate);
            if (!accumulate)
            {
                Elementwise(dx).Fill(dx.Buffer, dx.Count, 0);
            }

            Tensor part = dx.Slice(axis, start, length);
            Tensor sum = part.Add(dy);
            Elementwise(dx).Copy(sum.Operand, part.Operand, part.Shape);
        }
    }
}
