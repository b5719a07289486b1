namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Cross-entropy of logits = x W^T + b without keeping the logits: blocks of rows are projected, scored and, when gradients are on,
    /// turned into gradients of x, W and b at once, so memory grows with the block and not with rows times classes.
    /// </summary>
    /// <param name="x">[..., D]</param>
    /// <param name="weight">W, [V, D]</param>
    /// <param name="targets">Int32, the leading shape of x.</param>
    /// <param name="options">Default: mean, no smoothing, nothing ignored.</param>
    /// <param name="bias">b, [V], or none.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target outside 0 .. V-1.</exception>
    public static CrossEntropyResult ProjectedCrossEntropy(
        this Tensor x, Tensor weight, Tensor targets, CrossEntropyOptions? options = null, Tensor? bias = null)
    {
        options ??= new CrossEntropyOptions();
        RequireFloat(x, "ProjectedCrossEntropy");
        RequireTargets(x, targets, "ProjectedCrossEntropy");
        ProjectedRows rows = new("ProjectedCrossEntropy", x, weight, bias);
        targets = targets.Contiguous();
        (float targetWeight, float classWeight) = options.Weights(rows.Classes);
        int ignored = options.IgnoredTarget ?? NothingIgnored;
        long count = CountTargets(targets, options);
        float factor = options.Sum ? 1 : 1f / Math.Max(1, count);
        bool record = rows.NeedRecord;

        Shape perRow = new(rows.Count);
        Tensor loss = Tensor.Empty(perRow, x), nll = Tensor.Empty(perRow, x), sums = Tensor.Empty(perRow.Insert(1, 2), x),
            scale = Tensor.Scalar(factor, x.Device);
        Tensor? classes = options.Rows ? Tensor.Empty(perRow, DType.Int32, x.Device) : null;
        Tensor logits = rows.NewBlock();
        ProjectedGradients gradients = record ? rows.NewGradients() : default;
        foreach ((int start, int block) in rows.Blocks())
        {
            rows.Project(start, block, logits);
            x.Kernels.Softmax.CrossEntropy(logits.Buffer, ProjectedRows.PlaceOf(targets, start), ignored, targetWeight, classWeight,
                ProjectedRows.PlaceOf(loss, start), ProjectedRows.PlaceOf(nll, start), ProjectedRows.PlaceOf(sums, 2L * start), block,
                rows.Classes);
            if (classes is not null)
            {
                x.Kernels.Reductions.ArgMax(logits.Buffer, ProjectedRows.PlaceOf(classes, start), block, rows.Classes, 1);
            }

            if (record)
            {
                x.Kernels.Softmax.CrossEntropyGradient(logits.Buffer, ProjectedRows.PlaceOf(targets, start), ignored,
                    targetWeight, classWeight,
                    ProjectedRows.PlaceOf(sums, 2L * start), scale.Buffer, true, logits.Buffer, block, rows.Classes);
                rows.Differentiate(start, block, logits, gradients);
            }
        }

        Tensor rowLosses = nll;
        using (new NoGradientScope())
        {
            (loss, nll) = (loss.Sum() * factor, nll.Sum());
        }

        logits.Storage.Release();
        return new CrossEntropyResult(record ? Recorder.Record(loss, new ProjectedCrossEntropyRule(rows, gradients)) : loss, nll, count)
        {
            RowLosses = options.Rows ? rowLosses.Reshape(targets.Shape) : null,
            RowClasses = classes?.Reshape(targets.Shape),
        };
    }

    // The gradients are there already, for dy = 1; dy is almost always 1.
    private sealed class ProjectedCrossEntropyRule(ProjectedRows rows, ProjectedGradients gradients) : GradientRule(rows.Inputs)
    {
        public override void Backward(Tensor dy, GradientSink sink) => gradients.Send(sink, Inputs, dy);
    }
}
