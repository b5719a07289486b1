using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// y = x W^T + b with low-rank updates of ranges of its columns (Hu et al., "LoRA", 2021), which are added where y lies: a product of
    /// rank r reads and writes y once, and nothing of y's size is made beside it.
    /// </summary>
    /// <param name="x">[..., inputs]</param>
    /// <param name="weight">W, [outputs, inputs], Float32, or BFloat16 where no gradient is recorded</param>
    /// <param name="bias">b, [outputs], or none</param>
    /// <param name="updates">Their inputs have the shape of x.</param>
    /// <returns>[..., outputs]</returns>
    /// <exception cref="ArgumentException">Sizes or types that do not fit.</exception>
    public static Tensor AdaptedLinear(this Tensor x, Tensor weight, Tensor? bias, params ReadOnlySpan<LowRankUpdate> updates)
    {
        bool record = Recorder.IsNeeded(x, weight, bias);
        foreach (LowRankUpdate update in updates)
        {
            RequireFit(x, weight, update);
            record |= Recorder.IsNeeded(update.X, update.Down, update.Up);
        }

        RequireWeight(weight, Recorder.IsNeeded(x, bias), "AdaptedLinear");
        x = EvenRows(x);
        weight = weight.Contiguous();
        Tensor y;
        using (new NoGradientScope())
        {
            y = x.Linear(weight, bias);
        }

        LowRankTerm[]? terms = record ? new LowRankTerm[updates.Length] : null;
        for (int i = 0; i < updates.Length; i++)
        {
            LowRankTerm term = LowRankTerm.AddTo(y, updates[i] with { X = EvenRows(updates[i].X) });
            if (terms is not null)
            {
                terms[i] = term;
            }
        }

        return terms is null ? y : Recorder.Record(y, new AdaptedLinearRule(x, weight, bias, terms));
    }

    private static Tensor EvenRows(Tensor x) => TryRows(x, out _, out _) ? x : x.Contiguous();

    private static void RequireFit(Tensor x, Tensor weight, LowRankUpdate update)
    {
        RequireFloat(update.X, "AdaptedLinear");
        (Tensor down, Tensor up) = (update.Down, update.Up);
        if (update.X.Shape != x.Shape || down.Rank != 2 || up.Rank != 2 || down.Shape[1] != x.Shape[-1] || up.Shape[1] != down.Shape[0])
        {
            throw new ArgumentException(
                $"AdaptedLinear: x {x.Shape} needs an update of the shapes {x.Shape}, [r, {x.Shape[-1]}] and [columns, r], they are "
                + $"{update.X.Shape}, {down.Shape} and {up.Shape}.");
        }

        if (update.Start < 0 || update.Start > weight.Shape[0] - up.Shape[0])
        {
            throw new ArgumentException(
                $"AdaptedLinear: the weight {weight.Shape} has no {up.Shape[0]} columns from {update.Start} on.");
        }
    }

    /// <summary>An update in one application, with what backward needs of it.</summary>
    private readonly record struct LowRankTerm(LowRankUpdate Update, Tensor Low)
    {
        /// <summary>y[:, columns] += s u B^T with u = x A^T, which is kept.</summary>
        public static LowRankTerm AddTo(Tensor y, LowRankUpdate update)
        {
            (Tensor x, Tensor down, Tensor up) = (update.X, update.Down.Contiguous(), update.Up.Contiguous());
            int rank = down.Shape[0];
            TryRows(x, out int rows, out long stride);
            Tensor low = Tensor.Empty(x.Shape.With(-1, rank), x);
            MultiplyBy(down, x, MatMulProblem.Single(
                rows, rank, x.Shape[-1], x.Buffer, stride, false, down.Buffer, x.Shape[-1], true, low.Buffer, rank));
            MatMulProblem problem = MatMulProblem.Single(
                rows, up.Shape[0], rank, low.Buffer, rank, false, up.Buffer, rank, true, ColumnsOf(y, update), y.Shape[-1], true);
            problem.Alpha = update.Scale;
            MultiplyBy(up, x, problem);
            return new LowRankTerm(update with { Down = down, Up = up }, low);
        }

        // du = s dy B;  dB = s dy^T u;  dA = du^T x;  dx = du A, over the columns of the update
        public void Backward(Tensor dy, int rows, GradientSink sink)
        {
            (Tensor x, Tensor down, Tensor up) = (Update.X, Update.Down, Update.Up);
            (int rank, int inputs, int outputs, int all) = (down.Shape[0], down.Shape[1], up.Shape[0], dy.Shape[-1]);
            DeviceBuffer columns = ColumnsOf(dy, Update);
            if (up.RequiresGradient)
            {
                Tensor dUp = sink.Target(up, out bool accumulate);
                MatMulProblem problem = MatMulProblem.Single(
                    outputs, rank, rows, columns, all, true, Low.Buffer, rank, false, dUp.Buffer, rank, accumulate);
                problem.Alpha = Update.Scale;
                dy.Kernels.Matrix.MatMul(problem);
            }

            if (!down.RequiresGradient && !x.RequiresGradient)
            {
                return;
            }

            Tensor dLow = Tensor.EmptyLike(Low);
            MatMulProblem toLow = MatMulProblem.Single(
                rows, rank, outputs, columns, all, false, up.Buffer, rank, false, dLow.Buffer, rank);
            toLow.Alpha = Update.Scale;
            dy.Kernels.Matrix.MatMul(toLow);
            if (down.RequiresGradient)
            {
                TryRows(x, out _, out long stride);
                Tensor dDown = sink.Target(down, out bool accumulate);
                dy.Kernels.Matrix.MatMul(MatMulProblem.Single(
                    rank, inputs, rows, dLow.Buffer, rank, true, x.Buffer, stride, false, dDown.Buffer, inputs, accumulate));
            }

            if (x.RequiresGradient)
            {
                Tensor dx = sink.Target(x, out bool accumulate);
                dy.Kernels.Matrix.MatMul(MatMulProblem.Single(
                    rows, inputs, rank, dLow.Buffer, rank, false, down.Buffer, inputs, false, dx.Buffer, inputs, accumulate));
            }

            dLow.Storage.Release();
        }

        private static DeviceBuffer ColumnsOf(Tensor y, LowRankUpdate update) => new(y.Storage, y.Offset + update.Start);
    }

    // dx = dy W;  dW = dy^T x;  db = sum over rows of dy; and what the updates add
    private sealed class AdaptedLinearRule : GradientRule
    {
        private readonly Tensor _x, _weight;
        private readonly Tensor? _bias;
        private readonly LowRankTerm[] _terms;

        public AdaptedLinearRule(Tensor x, Tensor weight, Tensor? bias, LowRankTerm[] terms)
            : base([x, weight, bias, .. terms.SelectMany(term => (Tensor[])[term.Update.X, term.Update.Down, term.Update.Up])])
        {
            (_x, _weight, _bias, _terms) = (x, weight, bias, terms);
            Own([.. terms.Select(term => term.Low)]);
        }

        public override void Backward(Tensor dy, GradientSink sink)
        {
            dy = dy.Contiguous();
            TryRows(_x, out int rows, out long stride);
            SendLinearGradients(sink, _x, _weight, _bias, dy, rows, stride);
            foreach (LowRankTerm term in _terms)
            {
                term.Backward(dy, rows, sink);
            }
        }
    }
}
