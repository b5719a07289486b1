namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>a where the condition differs from 0, else b; all three broadcast. No gradient flows to the condition.</summary>
    /// <param name="condition">Any shape.</param>
    /// <param name="a">Taken where the condition holds.</param>
    /// <param name="b">Taken elsewhere.</param>
    public static Tensor Select(this Tensor condition, Tensor a, Tensor b)
    {
        RequireFloat(condition, "Select");
        RequireFloat(a, "Select");
        RequireFloat(b, "Select");
        Shape shape = Shape.Broadcast(condition.Shape, Shape.Broadcast(a.Shape, b.Shape, "Select"), "Select");
        Tensor y = Tensor.Empty(shape, a);
        Elementwise(a).Select(Broadcast(condition, shape), Broadcast(a, shape), Broadcast(b, shape), y.Buffer, shape);
        return Recorder.IsNeeded(a, b) ? Recorder.Record(y, new SelectRule(condition, a, b)) : y;
    }

    private sealed class SelectRule(Tensor condition, Tensor a, Tensor b) : GradientRule(a, b)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor zero = Tensor.Zeros(new Shape(), dy.Device);
            if (a.RequiresGradient)
            {
                sink.Add(a, ReduceTo(condition.Select(dy, zero), a.Shape));
            }

            if (b.RequiresGradient)
            {
                sink.Add(b, ReduceTo(condition.Select(zero, dy), b.Shape));
            }
        }
    }
}
