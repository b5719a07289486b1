namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Batch normalisation (Ioffe and Szegedy, 2015) of every feature (last axis) over all rows: y = gain (x - mean) / sqrt(variance + epsilon) + bias.
    /// Training takes mean and biased variance from the batch and moves the running statistics: running = (1 - momentum) running + momentum batch, with the
    /// unbiased variance; otherwise the running statistics are used.
    /// </summary>
    /// <param name="x">[..., D]; training needs at least two rows.</param><param name="gain">[D]</param><param name="bias">[D]</param>
    /// <param name="runningMean">[D], updated in place in training.</param><param name="runningVariance">[D], likewise.</param>
    /// <param name="training">Which statistics to use.</param><param name="momentum">Weight of the newest batch.</param><param name="epsilon">Added to the variance.</param>
    /// <exception cref="ArgumentException">Sizes that do not fit, or one row in training.</exception>
    public static Tensor BatchNorm(this Tensor x, Tensor gain, Tensor bias, Tensor runningMean, Tensor runningVariance, bool training,
        float momentum = 0.1f, float epsilon = 1e-5f)
    {
        RequireFloat(x, "BatchNorm");
        RequireLastAxis(x, gain, "BatchNorm", "gain");
        RequireLastAxis(x, bias, "BatchNorm", "bias");
        RequireLastAxis(x, runningMean, "BatchNorm", "runningMean");
        RequireLastAxis(x, runningVariance, "BatchNorm", "runningVariance");
        (x, gain, bias) = (x.Contiguous(), gain.Contiguous(), bias.Contiguous());
        int width = x.Shape[-1];
        long rows = RowCount(x);
        Tensor mean = runningMean.Detach(), variance = runningVariance.Detach();
        if (training)
        {
            if (rows < 2)
            {
                throw new ArgumentException($"BatchNorm: training needs at least two rows, x has the shape {x.Shape}.");
            }

            (mean, variance) = (Tensor.EmptyLike(runningMean), Tensor.EmptyLike(runningVariance));
            x.Kernels.Normalization.BatchStatistics(x.Buffer, mean.Buffer, variance.Buffer, rows, width);
            Move(runningMean, mean, momentum);
            Move(runningVariance, variance * ((float)rows / (rows - 1)), momentum);
        }

        Tensor rstd = (variance + epsilon).Pow(-0.5f);
        Tensor y = Tensor.EmptyLike(x);
        x.Kernels.Normalization.BatchNormalize(x.Buffer, mean.Buffer, rstd.Buffer, gain.Buffer, bias.Buffer, y.Buffer, rows, width);
        return Recorder.IsNeeded(x, gain, bias) ? Recorder.Record(y, new BatchNormRule(x, gain, bias, mean, rstd, training)) : y;
    }

    private static void Move(Tensor running, Tensor batch, float momentum)
    {
        using NoGradientScope _ = new();
        Tensor moved = (running.Detach() * (1 - momentum)) + (batch * momentum);
        Elementwise(running).Copy(moved.Operand, running.Operand, running.Shape);
    }

    // Training: dx = gain rstd (dy - mean(dy) - xhat mean(dy xhat)), means over rows; with fixed statistics dx = gain rstd dy.
    private sealed class BatchNormRule : GradientRule
    {
        private readonly Tensor _x, _gain, _bias, _mean, _rstd;
        private readonly bool _training;

        public BatchNormRule(Tensor x, Tensor gain, Tensor bias, Tensor mean, Tensor rstd, bool training)
            : base(x, gain, bias)
        {
            (_x, _gain, _bias, _mean, _rstd, _training) = (x, gain, bias, mean, rstd, training);
            Own(rstd);
        }

        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor dx = Tensor.EmptyLike(_x), dGain = Tensor.EmptyLike(_gain), dBias = Tensor.EmptyLike(_bias);
            dy.Kernels.Normalization.BatchNormGradient(_x.Buffer, _mean.Buffer, _rstd.Buffer, _gain.Buffer, dy.Contiguous().Buffer,
                dx.Buffer, dGain.Buffer, dBias.Buffer, RowCount(_x), _x.Shape[-1], _training);
            sink.Add(_x, dx);
            sink.Add(_gain, dGain);
            sink.Add(_bias, dBias);
        }
    }
}
