using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    private const long ProjectedChunkElements = 1 << 20;

    /// <summary>
    /// Cross-entropy of logits = x W^T without keeping the logits: blocks of rows are projected, scored and, when gradients are on, turned into gradients of x
    /// and W at once, so memory grows with the block and not with rows times classes.
    /// </summary>
    /// <param name="x">[..., D]</param><param name="weight">W, [V, D]</param><param name="targets">Int32, the leading shape of x.</param>
    /// <param name="options">Default: mean, no smoothing, nothing ignored.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception><exception cref="ArgumentOutOfRangeException">A target outside 0 .. V-1.</exception>
    public static CrossEntropyResult ProjectedCrossEntropy(this Tensor x, Tensor weight, Tensor targets, CrossEntropyOptions? options = null)
    {
        options ??= new CrossEntropyOptions();
        RequireFloat(x, "ProjectedCrossEntropy");
        RequireTargets(x, targets, "ProjectedCrossEntropy");
        if (weight.Rank != 2 || weight.Shape[1] != x.Shape[-1])
        {
            throw new ArgumentException($"ProjectedCrossEntropy: x {x.Shape} needs a weight [classes, {x.Shape[-1]}], it is {weight.Shape}.");
        }

        x = x.Contiguous();
        weight = weight.Contiguous();
        targets = targets.Contiguous();
        int width = x.Shape[-1], classes = weight.Shape[0];
        int rows = checked((int)RowCount(x));
        (float targetWeight, float classWeight) = options.Weights(classes);
        int ignored = options.IgnoredTarget ?? NothingIgnored;
        long count = CountTargets(targets, options);
        float factor = options.Sum ? 1 : 1f / Math.Max(1, count);
        bool record = Recorder.IsNeeded(x, weight);

        Shape perRow = new(rows);
        Tensor loss = Tensor.Empty(perRow, x), nll = Tensor.Empty(perRow, x), lse = Tensor.Empty(perRow, x), scale = Tensor.Scalar(factor, x.Device);
        int chunk = (int)Math.Clamp(ProjectedChunkElements / Math.Max(1, classes), 16, Math.Max(16, rows));
        Tensor logits = Tensor.Empty(new Shape(Math.Min(chunk, rows), classes), x);
        Tensor? dx = record && x.RequiresGradient ? Tensor.EmptyLike(x) : null;
        Tensor? dw = record && weight.RequiresGradient ? Tensor.EmptyLike(weight) : null;
        for (int start = 0; start < rows; start += chunk)
        {
            int block = Math.Min(chunk, rows - start);
            DeviceBuffer At(Tensor tensor, long step) => new(tensor.Storage, tensor.Offset + (start * step));
            x.Kernels.Matrix.MatMul(MatMulProblem.Single(block, classes, width, At(x, width), width, false, weight.Buffer, width, true, logits.Buffer, classes, false));
            x.Kernels.Softmax.CrossEntropy(logits.Buffer, At(targets, 1), ignored, targetWeight, classWeight,
                At(loss, 1), At(nll, 1), At(lse, 1), block, classes);
            if (!record)
            {
                continue;
            }

            x.Kernels.Softmax.CrossEntropyGradient(logits.Buffer, At(targets, 1), ignored, targetWeight, classWeight, At(lse, 1),
                scale.Buffer, true, logits.Buffer, block, classes);
            if (dx is not null)
            {
                x.Kernels.Matrix.MatMul(MatMulProblem.Single(block, width, classes, logits.Buffer, classes, false, weight.Buffer, width, false, At(dx, width), width, false));
            }

            if (dw is not null)
            {
                x.Kernels.Matrix.MatMul(MatMulProblem.Single(classes, width, block, logits.Buffer, classes, true, At(x, width), width, false, dw.Buffer, width, start > 0));
            }
        }

        using (new NoGradientScope())
        {
            (loss, nll) = (loss.Sum() * factor, nll.Sum());
        }

        logits.Storage.Release();
        return new CrossEntropyResult(record ? Recorder.Record(loss, new ProjectedCrossEntropyRule(x, weight, dx, dw)) : loss, nll, count);
    }

    // The gradients are there already, for dy = 1; dy is almost always 1.
    private sealed class ProjectedCrossEntropyRule(Tensor x, Tensor weight, Tensor? dx, Tensor? dw) : GradientRule(x, weight)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            float scale = dy.Item();
            Send(sink, x, dx, scale);
            Send(sink, weight, dw, scale);
        }

        private static void Send(GradientSink sink, Tensor input, Tensor? gradient, float scale)
        {
            if (gradient is not null)
            {
                sink.Add(input, scale == 1 ? gradient : gradient * scale);
            }
        }
    }
}
