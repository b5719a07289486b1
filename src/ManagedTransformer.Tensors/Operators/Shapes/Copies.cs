namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>The same elements without gaps, row-major: x itself if it is so already, else a copy.</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor Contiguous(this Tensor x)
    {
        if (x.IsContiguous)
        {
            return x;
        }

        if (x.DType == DType.Int32 && !x.Device.IsHost && x.HostCopy() is { } known)
        {
            return known.Contiguous().To(x.Device);
        }

        if (x.DType == DType.BFloat16 || x.DType.IsQuantized())
        {
            throw new InvalidOperationException(
                $"A strided {x.DType} tensor cannot be copied; cast it to Float32 before slicing or transposing.");
        }

        Tensor y = Tensor.Empty(x.Shape, x.DType, x.Device);
        Elementwise(x).Copy(x.Operand, y.Operand, x.Shape);
        return Recorder.IsNeeded(x) ? Recorder.Record(y, new CopyRule(x)) : y;
    }

    /// <summary>
    /// The elements as another type: Float32 and BFloat16 convert into each other (to nearest even), and so do matrices of Float32 and Int8
    /// or Int4, a scale for each group of 32 along a row. No gradient flows through a rounding cast.
    /// </summary>
    /// <param name="x">Any shape.</param>
    /// <param name="dtype">The new type.</param>
    /// <exception cref="ArgumentException">The conversion does not exist, or integers cannot hold a number that is not finite.</exception>
    /// <exception cref="NotSupportedException">The device has no small integers.</exception>
    public static Tensor Cast(this Tensor x, DType dtype)
    {
        if (x.DType == dtype)
        {
            return x;
        }

        if (!x.IsContiguous && x.DType == DType.Float32)
        {
            x = x.Contiguous();
        }

        if (x.DType == DType.Float32 && dtype.IsQuantized())
        {
            return Quantize(x, dtype);
        }

        if (x.DType.IsQuantized() && dtype == DType.Float32)
        {
            return RowsOf(x, Tensor.From([.. Enumerable.Range(0, x.Shape[0])], new Shape(x.Shape[0]), x.Device));
        }

        Tensor y = Tensor.Empty(x.Shape, dtype, x.Device);
        if (x.DType == DType.Float32 && dtype == DType.BFloat16)
        {
            Elementwise(x).ToBFloat16(x.Buffer, y.Buffer, x.Count);
        }
        else if (x.DType == DType.BFloat16 && dtype == DType.Float32 && x.IsContiguous)
        {
            Elementwise(x).FromBFloat16(x.Buffer, y.Buffer, x.Count);
        }
        else
        {
            throw new ArgumentException($"Cast: {x.DType} does not convert to {dtype}.");
        }

        return y;
    }

    private sealed class CopyRule(Tensor x) : GradientRule(x)
    {
        public override void Backward(Tensor dy, GradientSink sink) => sink.Add(x, dy);
    }
}
