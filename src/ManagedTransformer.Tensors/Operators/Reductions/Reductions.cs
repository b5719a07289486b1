using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>Sum of all elements: a scalar.</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor Sum(this Tensor x) => x.Sum(AllAxes(x));

    /// <summary>Sums over axes.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="axes">Distinct axes; negative ones count from the end.</param>
    /// <param name="keepAxes">Keeps the reduced axes with size 1.</param>
    public static Tensor Sum(this Tensor x, ReadOnlySpan<int> axes, bool keepAxes = false)
    {
        Tensor y = Reduce(ReduceOp.Sum, x, axes, out int reduced);
        if (Recorder.IsNeeded(x))
        {
            Recorder.Record(y, new SumRule(x));
        }

        return keepAxes ? y : WithoutAxes(y, reduced);
    }

    /// <summary>Mean of all elements: a scalar.</summary>
    /// <param name="x">Any shape with at least one element.</param>
    public static Tensor Mean(this Tensor x) => x.Mean(AllAxes(x));

    /// <summary>Means over axes.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="axes">Distinct axes; negative ones count from the end.</param>
    /// <param name="keepAxes">Keeps the reduced axes with size 1.</param>
    public static Tensor Mean(this Tensor x, ReadOnlySpan<int> axes, bool keepAxes = false)
    {
        Tensor sum = x.Sum(axes, keepAxes);
        return sum * ((float)sum.Count / x.Count);
    }

    /// <summary>Largest element: a scalar.</summary>
    /// <param name="x">Any shape with at least one element.</param>
    public static Tensor Max(this Tensor x) => x.Max(AllAxes(x));

    /// <summary>Largest elements over axes; equal largest elements share the gradient equally.</summary>
    /// <param name="x">Any shape; the axes are not empty.</param>
    /// <param name="axes">Distinct axes; negative ones count from the end.</param>
    /// <param name="keepAxes">Keeps the reduced axes with size 1.</param>
    public static Tensor Max(this Tensor x, ReadOnlySpan<int> axes, bool keepAxes = false)
    {
        RequireNotEmpty(x, axes, "Max");
        Tensor y = Reduce(ReduceOp.Max, x, axes, out int reduced);
        if (Recorder.IsNeeded(x))
        {
            Recorder.Record(y, new MaxRule(x, y, axes.ToArray()));
        }

        return keepAxes ? y : WithoutAxes(y, reduced);
    }

    /// <summary>ln of the sum of e^x over axes, without overflow.</summary>
    /// <param name="x">Any shape; the axes are not empty.</param>
    /// <param name="axes">Distinct axes; negative ones count from the end.</param>
    /// <param name="keepAxes">Keeps the reduced axes with size 1.</param>
    public static Tensor LogSumExp(this Tensor x, ReadOnlySpan<int> axes, bool keepAxes = false)
    {
        RequireNotEmpty(x, axes, "LogSumExp");
        Tensor y = Reduce(ReduceOp.LogSumExp, x, axes, out int reduced);
        if (Recorder.IsNeeded(x))
        {
            Recorder.Record(y, new LogSumExpRule(x, y, axes.ToArray()));
        }

        return keepAxes ? y : WithoutAxes(y, reduced);
    }

    /// <summary>Int32 place of the largest element along an axis, the first of equal ones. No gradient.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="axis">An axis that is not empty; negative counts from the end.</param>
    public static Tensor ArgMax(this Tensor x, int axis = -1)
    {
        RequireFloat(x, "ArgMax");
        axis = x.Shape.Axis(axis);
        RequireNotEmpty(x, [axis], "ArgMax");
        x = x.Contiguous();
        Tensor y = Tensor.Empty(x.Shape.Without(axis), DType.Int32, x.Device);
        (long outer, int n, long inner) = Around(x.Shape, axis);
        x.Kernels.Reductions.ArgMax(x.Buffer, y.Buffer, outer, n, inner);
        return y;
    }

    /// <summary>Running sums along an axis: y[j] = sum over l &lt;= j of x[l], or over l &gt;= j in reverse.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="reverse">Sums from the end.</param>
    public static Tensor CumulativeSum(this Tensor x, int axis = -1, bool reverse = false)
    {
        RequireFloat(x, "CumulativeSum");
        axis = x.Shape.Axis(axis);
        x = x.Contiguous();
        Tensor y = Tensor.EmptyLike(x);
        (long outer, int n, long inner) = Around(x.Shape, axis);
        x.Kernels.Reductions.CumulativeSum(x.Buffer, y.Buffer, outer, n, inner, reverse);
        return Recorder.IsNeeded(x) ? Recorder.Record(y, new CumulativeSumRule(x, axis, reverse)) : y;
    }

    // Shape.MaxRank of them, in the program's image.
    private static ReadOnlySpan<int> EveryAxis => [0, 1, 2, 3, 4, 5];

    private static ReadOnlySpan<int> AllAxes(Tensor x) => EveryAxis[..x.Rank];

    private static (long Outer, int N, long Inner) Around(Shape shape, int axis)
    {
        long outer = 1, inner = 1;
        for (int i = 0; i < shape.Rank; i++)
        {
            if (i < axis)
            {
                outer *= shape[i];
            }
            else if (i > axis)
            {
                inner *= shape[i];
            }
        }

        return (outer, shape[axis], inner);
    }

    private static void RequireNotEmpty(Tensor x, ReadOnlySpan<int> axes, string operation)
    {
        foreach (int axis in axes)
        {
            if (x.Shape[axis] == 0)
            {
                throw new ArgumentException($"{operation}: axis {axis} of {x.Shape} is empty.");
            }
        }
    }

    /// <summary>
    /// Reduces the axes; runs of neighbouring axes in one kernel call. Reduced axes stay with size 1;
    /// <paramref name="reduced"/> has their bits.
    /// </summary>
    private static Tensor Reduce(ReduceOp op, Tensor x, ReadOnlySpan<int> axes, out int reduced)
    {
        RequireFloat(x, OperationName<ReduceOp>.Of(op));
        using NoGradientScope _ = new();
        reduced = 0;
        foreach (int axis in axes)
        {
            int bit = 1 << x.Shape.Axis(axis);
            if ((reduced & bit) != 0)
            {
                throw new ArgumentException($"{op}: axis {axis} is named twice.");
            }

            reduced |= bit;
        }

        Tensor y = x.Contiguous();
        for (int last = x.Rank - 1; last >= 0; last--)
        {
            if ((reduced & (1 << last)) == 0)
            {
                continue;
            }

            int first = last;
            while (first > 0 && (reduced & (1 << (first - 1))) != 0)
            {
                first--;
            }

            long outer = 1, n = 1, inner = 1;
            Shape shape = y.Shape;
            for (int axis = 0; axis < shape.Rank; axis++)
            {
                if (axis < first)
                {
                    outer *= shape[axis];
                }
                else if (axis > last)
                {
                    inner *= shape[axis];
                }
                else
                {
                    n *= shape[axis];
                    y = y.View(y.Shape.With(axis, 1), y.Strides, y.Offset);
                }
            }

            Tensor source = y;
            y = Tensor.Empty(y.Shape, x);
            x.Kernels.Reductions.Reduce(op, source.Buffer, y.Buffer, outer, checked((int)n), inner);
            last = first;
        }

        // No axes to reduce: the result must not share the input's memory, whose gradient rule it is not.
        return reduced == 0 ? CopyOf(x) : y;
    }

    internal static Tensor CopyOf(Tensor x)
    {
        Tensor y = Tensor.EmptyLike(x);
        Elementwise(x).Copy(x.Operand, y.Operand, x.Shape);
        return y;
    }

    /// <summary>The tensor without the axes whose bits are set.</summary>
    private static Tensor WithoutAxes(Tensor y, int reduced)
    {
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        int rank = 0;
        for (int axis = 0; axis < y.Rank; axis++)
        {
            if ((reduced & (1 << axis)) == 0)
            {
                sizes[rank++] = y.Shape[axis];
            }
        }

        return y.Reshape(new Shape(sizes[..rank]));
    }

    private sealed class SumRule(Tensor x) : GradientRule(x)
    {
        public override void Backward(Tensor dy, GradientSink sink) => sink.Add(x, dy.Expand(x.Shape));
    }

    private sealed class MaxRule(Tensor x, Tensor y, int[] axes) : GradientRule(x)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor isLargest = x.EqualTo(y);
            sink.Add(x, isLargest * (dy / isLargest.Sum(axes, keepAxes: true)));
        }
    }

    // y, rounded, is off by more than its shares of 1 allow where x is large; that is a common factor of e^(x - y), which their sum shows.
    private sealed class LogSumExpRule(Tensor x, Tensor y, int[] axes) : GradientRule(x)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor shares = (x - y).Exp();
            sink.Add(x, shares * (dy / shares.Sum(axes, keepAxes: true)));
        }
    }

    private sealed class CumulativeSumRule(Tensor x, int axis, bool reverse) : GradientRule(x)
    {
        public override void Backward(Tensor dy, GradientSink sink) => sink.Add(x, dy.CumulativeSum(axis, !reverse));
    }
}
