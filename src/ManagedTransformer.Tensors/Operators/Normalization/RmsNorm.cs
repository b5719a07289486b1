namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Root-mean-square normalisation over the last axis (Zhang and Sennrich, 2019): y = gain x / sqrt(mean(x^2) + epsilon).
    /// </summary>
    /// <param name="x">[..., D]</param>
    /// <param name="gain">[D]</param>
    /// <param name="epsilon">Added to the mean square.</param>
    public static Tensor RmsNorm(this Tensor x, Tensor gain, float epsilon = 1e-5f) => RmsNorm(x, null, gain, epsilon).Normalized;

    /// <summary>A residual connection and the RMS normalisation after it in one pass: s = x + residual, y = RmsNorm(s).</summary>
    /// <param name="x">[..., D]</param>
    /// <param name="residual">The same shape.</param>
    /// <param name="gain">[D]</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <returns>The sum s, for the next residual connection, and y.</returns>
    /// <exception cref="ArgumentException">Another shape.</exception>
    public static (Tensor Sum, Tensor Normalized) AddRmsNorm(this Tensor x, Tensor residual, Tensor gain, float epsilon = 1e-5f) =>
        residual.Shape == x.Shape
            ? RmsNorm(x, residual, gain, epsilon)
            : throw new ArgumentException($"AddRmsNorm: the residual has the shape {residual.Shape}, x has {x.Shape}.");

    private static (Tensor Sum, Tensor Normalized) RmsNorm(Tensor x, Tensor? residual, Tensor gain, float epsilon)
    {
        RequireFloat(x, "RmsNorm");
        RequireLastAxis(x, gain, "RmsNorm", "gain");
        (x, residual, gain) = (x.Contiguous(), residual?.Contiguous(), gain.Contiguous());
        Tensor sum = residual is null ? x : Tensor.EmptyLike(x);
        Tensor y = Tensor.EmptyLike(x), scale = Tensor.Empty(x.Shape.With(-1, 1), x);
        x.Kernels.Normalization.RmsNorm(x.Buffer, residual?.Buffer ?? default, gain.Buffer, epsilon,
            residual is null ? default : sum.Buffer, y.Buffer, scale.Buffer, RowCount(x), x.Shape[-1]);
        if (residual is not null && Recorder.IsNeeded(x, residual))
        {
            Recorder.Record(sum, new AddRule(x, residual));
        }

        if (Recorder.IsNeeded(sum, gain))
        {
            Recorder.Record(y, new RmsNormRule(sum, gain, scale));
        }

        return (sum, y);
    }

    // With r = 1 / sqrt(mean(x^2) + epsilon) and g = gain dy: dx = r (g - x r^2 mean(g x));  dgain = sum(dy x r)
    private sealed class RmsNormRule : GradientRule
    {
        private readonly Tensor _x, _gain, _scale;

        public RmsNormRule(Tensor x, Tensor gain, Tensor scale)
            : base(x, gain)
        {
            (_x, _gain, _scale) = (x, gain, scale);
            Own(scale);
        }

        public override void Backward(Tensor dy, GradientSink sink)
        {
            // What already reached x (a residual connection's other branch) is added by the kernel.
            Tensor? other = GradientSink.Take(_x);
            Tensor dx = Tensor.EmptyLike(_x), dGain = Tensor.EmptyLike(_gain);
            dy.Kernels.Normalization.RmsNormGradient(_x.Buffer, _gain.Buffer, _scale.Buffer, dy.Contiguous().Buffer,
                other?.Contiguous().Buffer ?? default, dx.Buffer, dGain.Buffer, RowCount(_x), _x.Shape[-1]);
            if (other is not null)
            {
                sink.Drop(other);
            }

            sink.Add(_x, dx);
            sink.Add(_gain, dGain);
        }
    }
}
