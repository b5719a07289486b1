namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Layer normalisation over the last axis (Ba et al., 2016): y = gain (x - mean) rstd + bias with rstd = 1 / sqrt(variance + epsilon),
    /// biased variance.
    /// </summary>
    /// <param name="x">[..., D]</param>
    /// <param name="gain">[D]</param>
    /// <param name="bias">[D]</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static Tensor LayerNorm(this Tensor x, Tensor gain, Tensor bias, float epsilon = 1e-5f) =>
        LayerNorm(x, null, gain, bias, epsilon).Normalized;

    /// <summary>A residual connection and the layer normalisation after it in one pass: s = x + residual, y = LayerNorm(s).</summary>
    /// <param name="x">[..., D]</param>
    /// <param name="residual">The same shape.</param>
    /// <param name="gain">[D]</param>
    /// <param name="bias">[D]</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <returns>The sum s, for the next residual connection, and y.</returns>
    public static (Tensor Sum, Tensor Normalized) AddLayerNorm(this Tensor x, Tensor residual, Tensor gain, Tensor bias,
        float epsilon = 1e-5f) =>
        residual.Shape == x.Shape
            ? LayerNorm(x, residual, gain, bias, epsilon)
            : throw new ArgumentException($"AddLayerNorm: the residual has the shape {residual.Shape}, x has {x.Shape}.");

    private static (Tensor Sum, Tensor Normalized) LayerNorm(Tensor x, Tensor? residual, Tensor gain, Tensor bias, float epsilon)
    {
        RequireFloat(x, "LayerNorm");
        RequireLastAxis(x, gain, "LayerNorm", "gain");
        RequireLastAxis(x, bias, "LayerNorm", "bias");
        (x, residual, gain, bias) = (x.Contiguous(), residual?.Contiguous(), gain.Contiguous(), bias.Contiguous());
        long rows = RowCount(x);
        Tensor sum = residual is null ? x : Tensor.EmptyLike(x);
        Tensor y = Tensor.EmptyLike(x);
        Shape perRow = x.Shape.With(-1, 1);
        Tensor mean = Tensor.Empty(perRow, x), rstd = Tensor.Empty(perRow, x);
        x.Kernels.Normalization.LayerNorm(x.Buffer, residual?.Buffer ?? default, gain.Buffer, bias.Buffer, epsilon,
            residual is null ? default : sum.Buffer, y.Buffer, mean.Buffer, rstd.Buffer, rows, x.Shape[-1]);
        if (residual is not null && Recorder.IsNeeded(x, residual))
        {
            Recorder.Record(sum, new AddRule(x, residual));
        }

        if (Recorder.IsNeeded(sum, gain, bias))
        {
            Recorder.Record(y, new LayerNormRule(sum, gain, bias, mean, rstd));
        }

        return (sum, y);
    }

    // With g = gain dy and xhat = (x - mean) rstd:
    // dx = rstd (g - mean(g) - xhat mean(g xhat));  dgain = sum(dy xhat);  dbias = sum(dy)
    private sealed class LayerNormRule : GradientRule
    {
        private readonly Tensor _x, _gain, _bias, _mean, _rstd;

        public LayerNormRule(Tensor x, Tensor gain, Tensor bias, Tensor mean, Tensor rstd)
            : base(x, gain, bias)
        {
            (_x, _gain, _bias, _mean, _rstd) = (x, gain, bias, mean, rstd);
            Own(mean, rstd);
        }

        public override void Backward(Tensor dy, GradientSink sink)
        {
            // What already reached x (a residual connection's other branch) is added by the kernel.
            Tensor? other = GradientSink.Take(_x);
            Tensor dx = Tensor.EmptyLike(_x), dGain = Tensor.EmptyLike(_gain), dBias = Tensor.EmptyLike(_bias);
            dy.Kernels.Normalization.LayerNormGradient(_x.Buffer, _gain.Buffer, _mean.Buffer, _rstd.Buffer, dy.Contiguous().Buffer,
                other?.Contiguous().Buffer ?? default, dx.Buffer, dGain.Buffer, dBias.Buffer, RowCount(_x), _x.Shape[-1]);
            if (other is not null)
            {
                sink.Drop(other);
            }

            sink.Add(_x, dx);
            sink.Add(_gain, dGain);
            sink.Add(_bias, dBias);
        }
    }
}
