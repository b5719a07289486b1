using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>a + b, broadcast.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">A shape that broadcasts with a's.</param>
    public static Tensor Add(this Tensor a, Tensor b)
    {
        Tensor y = Binary(BinaryOp.Add, a, b);
        return Recorder.IsNeeded(a, b) ? Recorder.Record(y, new AddRule(a, b)) : y;
    }

    /// <summary>a - b, broadcast.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">A shape that broadcasts with a's.</param>
    public static Tensor Subtract(this Tensor a, Tensor b)
    {
        Tensor y = Binary(BinaryOp.Subtract, a, b);
        return Recorder.IsNeeded(a, b) ? Recorder.Record(y, new SubtractRule(a, b)) : y;
    }

    /// <summary>Element-wise a b, broadcast.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">A shape that broadcasts with a's.</param>
    public static Tensor Multiply(this Tensor a, Tensor b)
    {
        Tensor y = Binary(BinaryOp.Multiply, a, b);
        return Recorder.IsNeeded(a, b) ? Recorder.Record(y, new MultiplyRule(a, b)) : y;
    }

    /// <summary>Element-wise a / b, broadcast.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">A shape that broadcasts with a's.</param>
    public static Tensor Divide(this Tensor a, Tensor b)
    {
        Tensor y = Binary(BinaryOp.Divide, a, b);
        return Recorder.IsNeeded(a, b) ? Recorder.Record(y, new DivideRule(a, b, y)) : y;
    }

    /// <summary>Element-wise a^b, broadcast; the gradient of the exponent needs a positive base.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">A shape that broadcasts with a's.</param>
    public static Tensor Pow(this Tensor a, Tensor b)
    {
        Tensor y = Binary(BinaryOp.Power, a, b);
        return Recorder.IsNeeded(a, b) ? Recorder.Record(y, new PowerRule(a, b, y)) : y;
    }

    /// <summary>The larger of both, element-wise, broadcast; equal elements share the gradient equally.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">A shape that broadcasts with a's.</param>
    public static Tensor Maximum(this Tensor a, Tensor b)
    {
        Tensor y = Binary(BinaryOp.Maximum, a, b);
        return Recorder.IsNeeded(a, b) ? Recorder.Record(y, new ExtremumRule(a, b, BinaryOp.Greater)) : y;
    }

    /// <summary>The smaller of both, element-wise, broadcast; equal elements share the gradient equally.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">A shape that broadcasts with a's.</param>
    public static Tensor Minimum(this Tensor a, Tensor b)
    {
        Tensor y = Binary(BinaryOp.Minimum, a, b);
        return Recorder.IsNeeded(a, b) ? Recorder.Record(y, new ExtremumRule(a, b, BinaryOp.Less)) : y;
    }

    private static Tensor Binary(BinaryOp op, Tensor a, Tensor b)
    {
        string name = OperationName<BinaryOp>.Of(op);
        RequireFloat(a, name);
        RequireFloat(b, name);
        Shape shape = Shape.Broadcast(a.Shape, b.Shape, name);
        Tensor y = Tensor.Empty(shape, a);
        Elementwise(a).Binary(op, Broadcast(a, shape), Broadcast(b, shape), y.Buffer, shape);
        return y;
    }

    /// <summary>The operand as seen through a larger shape: stride 0 along the axes it lacks or repeats.</summary>
    private static Operand Broadcast(Tensor x, Shape shape) => new(x.Buffer, BroadcastStrides(x, shape));

    private static Strides BroadcastStrides(Tensor x, Shape shape)
    {
        Strides strides = default, own = x.Strides;
        int missing = shape.Rank - x.Rank;
        for (int axis = 0; axis < x.Rank; axis++)
        {
            strides[missing + axis] = x.Shape[axis] == 1 && shape[missing + axis] != 1 ? 0 : own[axis];
        }

        return strides;
    }

    /// <summary>Sums a gradient over the axes along which its operand was broadcast.</summary>
    private static Tensor ReduceTo(Tensor gradient, Shape shape)
    {
        if (gradient.Shape == shape)
        {
            return gradient;
        }

        Span<int> axes = stackalloc int[Shape.MaxRank];
        int count = 0;
        int missing = gradient.Rank - shape.Rank;
        for (int axis = 0; axis < gradient.Rank; axis++)
        {
            if (axis < missing || (shape[axis - missing] == 1 && gradient.Shape[axis] != 1))
            {
                axes[count++] = axis;
            }
        }

        return gradient.Sum(axes[..count], keepAxes: true).Reshape(shape);
    }

    private sealed class AddRule(Tensor a, Tensor b) : GradientRule(a, b)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            Send(sink, a, dy);
            Send(sink, b, dy);
        }

        private static void Send(GradientSink sink, Tensor operand, Tensor dy)
        {
            if (operand.RequiresGradient)
            {
                sink.Add(operand, ReduceTo(dy, operand.Shape));
            }
        }
    }

    private sealed class SubtractRule(Tensor a, Tensor b) : GradientRule(a, b)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            if (a.RequiresGradient)
            {
                sink.Add(a, ReduceTo(dy, a.Shape));
            }

            if (b.RequiresGradient)
            {
                sink.Add(b, ReduceTo(-dy, b.Shape));
            }
        }
    }

    private sealed class MultiplyRule(Tensor a, Tensor b) : GradientRule(a, b)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            if (a.RequiresGradient)
            {
                sink.Add(a, ReduceTo(dy * b, a.Shape));
            }

            if (b.RequiresGradient)
            {
                sink.Add(b, ReduceTo(dy * a, b.Shape));
            }
        }
    }

    // y = a / b: da = dy / b, db = -dy y / b
    private sealed class DivideRule(Tensor a, Tensor b, Tensor y) : GradientRule(a, b)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor quotient = dy / b;
            if (a.RequiresGradient)
            {
                sink.Add(a, ReduceTo(quotient, a.Shape));
            }

            if (b.RequiresGradient)
            {
                sink.Add(b, ReduceTo(-(quotient * y), b.Shape));
            }
        }
    }

    // y = a^b: da = dy b a^(b-1), db = dy y ln a
    private sealed class PowerRule(Tensor a, Tensor b, Tensor y) : GradientRule(a, b)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            if (a.RequiresGradient)
            {
                sink.Add(a, ReduceTo(dy * b * a.Pow(b - 1), a.Shape));
            }

            if (b.RequiresGradient)
            {
                sink.Add(b, ReduceTo(dy * y * a.Log(), b.Shape));
            }
        }
    }

    private sealed class ExtremumRule(Tensor a, Tensor b, BinaryOp wins) : GradientRule(a, b)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor tie = Binary(BinaryOp.Equal, a, b) * 0.5f;
            if (a.RequiresGradient)
            {
                sink.Add(a, ReduceTo(dy * (Binary(wins, a, b) + tie), a.Shape));
            }

            if (b.RequiresGradient)
            {
                sink.Add(b, ReduceTo(dy * (Binary(wins, b, a) + tie), b.Shape));
            }
        }
    }
}
