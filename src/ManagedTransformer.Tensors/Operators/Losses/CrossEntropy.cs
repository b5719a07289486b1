namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    private const int NothingIgnored = int.MinValue;

    /// <summary>Cross-entropy between logits and target classes: -ln softmax(logits)[target], with optional label smoothing.</summary>
    /// <param name="logits">[..., V]</param>
    /// <param name="targets">Int32, the leading shape of the logits.</param>
    /// <param name="options">Default: mean, no smoothing, nothing ignored.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target outside 0 .. V-1.</exception>
    public static CrossEntropyResult CrossEntropy(this Tensor logits, Tensor targets, CrossEntropyOptions? options = null)
    {
        options ??= new CrossEntropyOptions();
        RequireFloat(logits, "CrossEntropy");
        RequireTargets(logits, targets, "CrossEntropy");
        logits = logits.Contiguous();
        targets = targets.Contiguous();
        int classes = logits.Shape[-1];
        long rows = RowCount(logits);
        (float targetWeight, float classWeight) = options.Weights(classes);
        int ignored = options.IgnoredTarget ?? NothingIgnored;
        Shape perRow = new(checked((int)rows));
        Tensor loss = Tensor.Empty(perRow, logits), nll = Tensor.Empty(perRow, logits), sums = Tensor.Empty(perRow.Insert(1, 2), logits);
        logits.Kernels.Softmax.CrossEntropy(
            logits.Buffer, targets.Buffer, ignored, targetWeight, classWeight, loss.Buffer, nll.Buffer, sums.Buffer, rows, classes);
        long count = CountTargets(targets, options);
        float factor = options.Sum ? 1 : 1f / Math.Max(1, count);
        using (new NoGradientScope())
        {
            (loss, nll) = (loss.Sum() * factor, nll.Sum());
        }

        if (Recorder.IsNeeded(logits))
        {
            Recorder.Record(loss, new CrossEntropyRule(logits, targets, ignored, targetWeight, classWeight, sums, factor));
        }

        return new CrossEntropyResult(loss, nll, count);
    }

    private static void RequireTargets(Tensor x, Tensor targets, string operation)
    {
        RequireIndices(targets, operation);
        if (targets.Shape != x.Shape.Without(-1))
        {
            throw new ArgumentException(
                $"{operation}: {x.Shape} needs targets of the shape {x.Shape.Without(-1)}, theirs is {targets.Shape}.");
        }
    }

    private static long CountTargets(Tensor targets, CrossEntropyOptions options) =>
        options.IgnoredTarget is { } ignored ? targets.ToInt32Array().LongCount(target => target != ignored) : targets.Count;

    // dlogits[v] = s ((targetWeight + V classWeight) p[v] - classWeight - targetWeight [v = target])
    private sealed class CrossEntropyRule : GradientRule
    {
        private readonly Tensor _logits, _targets, _sums;
        private readonly int _ignored;
        private readonly float _targetWeight, _classWeight, _factor;

        public CrossEntropyRule(Tensor logits, Tensor targets, int ignored, float targetWeight, float classWeight,
            Tensor sums, float factor)
            : base(logits)
        {
            (_logits, _targets, _ignored, _targetWeight, _classWeight, _sums, _factor) =
                (logits, targets, ignored, targetWeight, classWeight, sums, factor);
            Own(sums);
        }

        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor scale = dy * _factor, dx = Tensor.EmptyLike(_logits);
            dy.Kernels.Softmax.CrossEntropyGradient(_logits.Buffer, _targets.Buffer, _ignored, _targetWeight, _classWeight, _sums.Buffer,
                scale.Buffer, true, dx.Buffer, RowCount(_logits), _logits.Shape[-1]);
            sink.Add(_logits, dx);
        }
    }
}
