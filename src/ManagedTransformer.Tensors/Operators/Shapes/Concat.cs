namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>Tensors one after the other along an axis.</summary>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="tensors">At least one; equal shapes but for that axis, equal types.</param>
    /// <exception cref="ArgumentException">No tensors, or shapes that do not fit.</exception>
    public static Tensor Concat(int axis, params ReadOnlySpan<Tensor> tensors)
    {
        if (tensors.Length == 0)
        {
            throw new ArgumentException("Concat needs at least one tensor.");
        }

        Tensor first = tensors[0];
        axis = first.Shape.Axis(axis);
        int total = 0;
        bool needed = false;
        foreach (Tensor tensor in tensors)
        {
            if (tensor.Rank != first.Rank || tensor.DType != first.DType || tensor.Shape.With(axis, 0) != first.Shape.With(axis, 0))
            {
                throw new ArgumentException(
                    $"Concat along axis {axis}: {tensor.DType}{tensor.Shape} does not fit {first.DType}{first.Shape}.");
            }

            total += tensor.Shape[axis];
            needed |= Recorder.IsNeeded(tensor);
        }

        Tensor y = Tensor.Empty(first.Shape.With(axis, total), first.DType, first.Device);
        int start = 0;
        foreach (Tensor tensor in tensors)
        {
            PlaceInto(y, tensor, axis, start);
            start += tensor.Shape[axis];
        }

        return needed ? Recorder.Record(y, new ConcatRule(axis, tensors.ToArray())) : y;
    }

    /// <summary>Adds places of a constant before and after an axis.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="before">Places in front.</param>
    /// <param name="after">Places behind.</param>
    /// <param name="value">Content of the new elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative number of places.</exception>
    public static Tensor Pad(this Tensor x, int axis, int before, int after, float value = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(before);
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        RequireFloat(x, "Pad");
        axis = x.Shape.Axis(axis);
        Tensor y = Tensor.Full(x.Shape.With(axis, before + x.Shape[axis] + after), value, x.Device);
        PlaceInto(y, x, axis, before);
        return Recorder.IsNeeded(x) ? Recorder.Record(y, new PadRule(x, axis, before)) : y;
    }

    /// <summary>Writes a tensor into a range of an axis of another.</summary>
    private static void PlaceInto(Tensor y, Tensor part, int axis, int start)
    {
        using NoGradientScope _ = new();
        Tensor place = y.Slice(axis, start, part.Shape[axis]);
        Elementwise(y).Copy(part.Operand, place.Operand, part.Shape);
    }

    private sealed class ConcatRule(int axis, Tensor[] tensors) : GradientRule(tensors)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            int start = 0;
            foreach (Tensor? tensor in Inputs)
            {
                int length = tensor!.Shape[axis];
                sink.Add(tensor, dy.Slice(axis, start, length));
                start += length;
            }
        }
    }

    private sealed class PadRule(Tensor x, int axis, int before) : GradientRule(x)
    {
        public override void Backward(Tensor dy, GradientSink sink) => sink.Add(x, dy.Slice(axis, before, x.Shape[axis]));
    }
}
