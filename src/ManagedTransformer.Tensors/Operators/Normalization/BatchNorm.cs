namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Batch normalisation (Ioffe and Szegedy, 2015) of every feature (last axis) over all rows: y = gain (x - mean) / sqrt(variance +
    /// epsilon) + bias. Training takes mean and biased variance from the batch and moves the running statistics: running = (1 - momentum)
    /// running + momentum batch, with the unbiased variance; otherwise the running statistics are used. A mask leaves rows (padding) out of
    /// the batch's statistics; they are normalised like the others.
    /// </summary>
    /// <param name="x">[..., D]; training needs at least two rows that count.</param>
    /// <param name="gain">[D]</param>
    /// <param name="bias">[D]</param>
    /// <param name="runningMean">[D], updated in place in training.</param>
    /// <param name="runningVariance">[D], likewise.</param>
    /// <param name="training">True: the batch's statistics; false: the running ones.</param>
    /// <param name="momentum">Weight of the newest batch.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="mask">The shape of x without its last axis: 1 where a row counts, else 0; default: all count.
    /// Without effect outside training.</param>
    /// <exception cref="ArgumentException">Sizes that do not fit, or fewer than two rows that count in training.</exception>
    public static Tensor BatchNorm(this Tensor x, Tensor gain, Tensor bias, Tensor runningMean, Tensor runningVariance, bool training,
        float momentum = 0.1f, float epsilon = 1e-5f, Tensor? mask = null)
    {
        RequireFloat(x, "BatchNorm");
        RequireLastAxis(x, gain, "BatchNorm", "gain");
        RequireLastAxis(x, bias, "BatchNorm", "bias");
        RequireLastAxis(x, runningMean, "BatchNorm", "runningMean");
        RequireLastAxis(x, runningVariance, "BatchNorm", "runningVariance");
        (x, gain, bias) = (x.Contiguous(), gain.Contiguous(), bias.Contiguous());
        int width = x.Shape[-1];
        long rows = RowCount(x), counted = 0;
        Tensor? counts = null;
        Tensor mean = runningMean.Detach(), variance = runningVariance.Detach();
        if (training)
        {
            (Tensor sample, counts) = mask is null ? (x, null) : RowsThatCount(x, mask);
            counted = RowCount(sample);
            if (counted < 2)
            {
                throw new ArgumentException(
                    $"BatchNorm: training needs at least two rows that count; x has the shape {x.Shape}, of which {counted} rows count.");
            }

            (mean, variance) = (Tensor.EmptyLike(runningMean), Tensor.EmptyLike(runningVariance));
            x.Kernels.Normalization.BatchStatistics(sample.Buffer, mean.Buffer, variance.Buffer, counted, width);
            if (!Checkpointing.IsRecomputing)
            {
                Move(runningMean, mean, momentum);
                Move(runningVariance, variance * ((float)counted / (counted - 1)), momentum);
            }
        }

        Tensor rstd = (variance + epsilon).Pow(-0.5f);
        Tensor y = Tensor.EmptyLike(x);
        x.Kernels.Normalization.BatchNormalize(x.Buffer, mean.Buffer, rstd.Buffer, gain.Buffer, bias.Buffer, y.Buffer, rows, width);
        return Recorder.IsNeeded(x, gain, bias) ? Recorder.Record(y, new BatchNormRule(x, gain, bias, mean, rstd, counts, counted)) : y;
    }

    private static void Move(Tensor running, Tensor batch, float momentum)
    {
        using NoGradientScope _ = new();
        Tensor moved = (running.Detach() * (1 - momentum)) + (batch * momentum);
        running.Assign(moved);
    }

    // The rows with mask 1, in their order, and the mask as one column.
    private static (Tensor Rows, Tensor Mask) RowsThatCount(Tensor x, Tensor mask)
    {
        using NoGradientScope _ = new();
        if (x.Rank != mask.Rank + 1 || mask.Shape != x.Shape.Without(x.Rank - 1))
        {
            throw new ArgumentException(
                $"BatchNorm: x of the shape {x.Shape} needs a mask of the shape {x.Shape.Without(x.Rank - 1)}, it has {mask.Shape}.");
        }

        float[] values = mask.ToArray();
        int[] places = [.. Enumerable.Range(0, values.Length).Where(row => values[row] != 0)];
        Tensor rows = x.Detach().Reshape(new Shape(values.Length, x.Shape[-1]))
            .Embedding(Tensor.From(places, new Shape(places.Length), x.Device));
        return (rows, Tensor.From([.. values.Select(value => value != 0 ? 1f : 0f)], new Shape(values.Length), x.Device));
    }

    // With m = 1 for rows that count, M of them, else 0: dx = gain rstd (dy - m / M (sum dy + xhat sum(dy xhat))), sums over all rows; with
    // fixed statistics dx = gain rstd dy.
    private sealed class BatchNormRule : GradientRule
    {
        private readonly Tensor _x, _gain, _bias, _mean, _rstd;
        private readonly Tensor? _counts;
        private readonly long _counted;

        public BatchNormRule(Tensor x, Tensor gain, Tensor bias, Tensor mean, Tensor rstd, Tensor? counts, long counted)
            : base(x, gain, bias)
        {
            (_x, _gain, _bias, _mean, _rstd, _counts, _counted) = (x, gain, bias, mean, rstd, counts, counted);
            Own(rstd);
        }

        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor dx = Tensor.EmptyLike(_x), dGain = Tensor.EmptyLike(_gain), dBias = Tensor.EmptyLike(_bias);
            dy.Kernels.Normalization.BatchNormGradient(_x.Buffer, _mean.Buffer, _rstd.Buffer, _gain.Buffer, dy.Contiguous().Buffer,
                dx.Buffer, dGain.Buffer, dBias.Buffer, RowCount(_x), _x.Shape[-1], _counts?.Buffer ?? default, _counted);
            sink.Add(_x, dx);
            sink.Add(_gain, dGain);
            sink.Add(_bias, dBias);
        }
    }
}
