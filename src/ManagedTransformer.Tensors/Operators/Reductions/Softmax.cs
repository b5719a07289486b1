namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>Softmax over the last axis: y = e^(x - max) / sum e^(x - max). A row of minus infinities gives zeros.</summary>
    /// <param name="x">[..., n]</param>
    public static Tensor Softmax(this Tensor x)
    {
        RequireFloat(x, "Softmax");
        x = x.Contiguous();
        Tensor y = Tensor.EmptyLike(x);
        x.Kernels.Softmax.Softmax(x.Buffer, y.Buffer, RowCount(x), x.Shape[-1]);
        return Recorder.IsNeeded(x) ? Recorder.Record(y, new SoftmaxRule(x, y)) : y;
    }

    /// <summary>Logarithm of the softmax over the last axis: y = x - ln sum e^x.</summary>
    /// <param name="x">[..., n]</param>
    public static Tensor LogSoftmax(this Tensor x)
    {
        RequireFloat(x, "LogSoftmax");
        x = x.Contiguous();
        Tensor y = Tensor.EmptyLike(x);
        x.Kernels.Softmax.LogSoftmax(x.Buffer, y.Buffer, RowCount(x), x.Shape[-1]);
        return Recorder.IsNeeded(x) ? Recorder.Record(y, new LogSoftmaxRule(x, y)) : y;
    }

    // dx = y (dy - sum(dy y))
    private sealed class SoftmaxRule(Tensor x, Tensor y) : GradientRule(x)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor dx = Tensor.EmptyLike(y);
            y.Kernels.Softmax.SoftmaxGradient(y.Buffer, dy.Contiguous().Buffer, dx.Buffer, RowCount(y), y.Shape[-1]);
            sink.Add(x, dx);
        }
    }

    // dx = dy - e^y sum(dy)
    private sealed class LogSoftmaxRule(Tensor x, Tensor y) : GradientRule(x)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor dx = Tensor.EmptyLike(y);
            y.Kernels.Softmax.LogSoftmaxGradient(y.Buffer, dy.Contiguous().Buffer, dx.Buffer, RowCount(y), y.Shape[-1]);
            sink.Add(x, dx);
        }
    }
}
