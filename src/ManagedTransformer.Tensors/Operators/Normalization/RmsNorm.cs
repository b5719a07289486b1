namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Root-mean-square normalisation over the last axis (Zhang and Sennrich, 2019): y = gain x / sqrt(mean(x^2) + epsilon).
    /// </summary>
    /// <param name="x">[..., D]</param>
    /// <param name="gain">[D]</param>
    /// <param name="epsilon">Added to the mean square.</param>
    public static Tensor RmsNorm(this Tensor x, Tensor gain, float epsilon = 1e-5f)
    {
        RequireFloat(x, "RmsNorm");
        RequireLastAxis(x, gain, "RmsNorm", "gain");
        (x, gain) = (x.Contiguous(), gain.Contiguous());
        Tensor y = Tensor.EmptyLike(x), scale = Tensor.Empty(x.Shape.With(-1, 1), x);
        x.Kernels.Normalization.RmsNorm(x.Buffer, gain.Buffer, epsilon, y.Buffer, scale.Buffer, RowCount(x), x.Shape[-1]);
        return Recorder.IsNeeded(x, gain) ? Recorder.Record(y, new RmsNormRule(x, gain, scale)) : y;
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
            Tensor dx = Tensor.EmptyLike(_x), dGain = Tensor.EmptyLike(_gain);
            dy.Kernels.Normalization.RmsNormGradient(
                _x.Buffer, _gain.Buffer, _scale.Buffer, dy.Contiguous().Buffer, dx.Buffer, dGain.Buffer, RowCount(_x), _x.Shape[-1]);
            sink.Add(_x, dx);
            sink.Add(_gain, dGain);
        }
    }
}
