namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// -ln softmax(x W^T + b)[target] of every row, without keeping the logits: backward computes them again, block by block. Use
    /// <see cref="ProjectedCrossEntropy"/> where only the sum or the mean is differentiated: it needs no second projection.
    /// </summary>
    /// <param name="x">[..., D]</param>
    /// <param name="weight">W, [V, D]</param>
    /// <param name="targets">Int32, the leading shape of x.</param>
    /// <param name="bias">b, [V], or none.</param>
    /// <returns>Nats, the leading shape of x.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target outside 0 .. V-1.</exception>
    public static Tensor ProjectedNegativeLogLikelihood(this Tensor x, Tensor weight, Tensor targets, Tensor? bias = null)
    {
        RequireFloat(x, "ProjectedNegativeLogLikelihood");
        RequireTargets(x, targets, "ProjectedNegativeLogLikelihood");
        ProjectedRows rows = new("ProjectedNegativeLogLikelihood", x, weight, bias);
        targets = targets.Contiguous();
        Tensor y = Tensor.Empty(targets.Shape, x), sums = Tensor.Empty(targets.Shape.Insert(-1, 2), x), logits = rows.NewBlock();
        foreach ((int start, int block) in rows.Blocks())
        {
            rows.Project(start, block, logits);
            x.Kernels.Softmax.CrossEntropy(logits.Buffer, ProjectedRows.PlaceOf(targets, start), NothingIgnored, 1, 0,
                ProjectedRows.PlaceOf(y, start), default, ProjectedRows.PlaceOf(sums, 2L * start), block, rows.Classes);
        }

        logits.Storage.Release();
        return rows.NeedRecord ? Recorder.Record(y, new ProjectedNegativeLogLikelihoodRule(rows, targets, sums)) : y;
    }

    // dz[v] = dy (p[v] - [v = target]) with p = e^(z - max) / sum
    private sealed class ProjectedNegativeLogLikelihoodRule : GradientRule
    {
        private readonly ProjectedRows _rows;
        private readonly Tensor _targets, _sums;

        public ProjectedNegativeLogLikelihoodRule(ProjectedRows rows, Tensor targets, Tensor sums)
            : base(rows.Inputs)
        {
            (_rows, _targets, _sums) = (rows, targets, sums);
            Own(sums);
        }

        public override void Backward(Tensor dy, GradientSink sink)
        {
            dy = dy.Contiguous();
            ProjectedGradients gradients = _rows.NewGradients();
            Tensor logits = _rows.NewBlock();
            foreach ((int start, int block) in _rows.Blocks())
            {
                _rows.Project(start, block, logits);
                dy.Kernels.Softmax.CrossEntropyGradient(logits.Buffer, ProjectedRows.PlaceOf(_targets, start), NothingIgnored, 1, 0,
                    ProjectedRows.PlaceOf(_sums, 2L * start), ProjectedRows.PlaceOf(dy, start), false, logits.Buffer, block, _rows.Classes);
                _rows.Differentiate(start, block, logits, gradients);
            }

            logits.Storage.Release();
            gradients.Send(sink, Inputs);
        }
    }
}
