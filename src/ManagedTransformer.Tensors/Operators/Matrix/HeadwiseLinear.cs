using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>A linear map of its own for every head: y[..., h, :] = act(x[..., h, :] W[h]^T + b[h]), one batched product.</summary>
    /// <param name="x">[B, T, H, d]</param>
    /// <param name="weight">W, [H, k, d]</param>
    /// <param name="bias">b, [H, k], or none.</param>
    /// <param name="activation">Applied element-wise at the end.</param>
    /// <returns>[B, T, H, k]</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    public static Tensor HeadwiseLinear(this Tensor x, Tensor weight, Tensor? bias = null, Activation activation = Activation.None)
    {
        RequireFloat(x, "HeadwiseLinear");
        if (x.Rank != 4 || weight.Rank != 3 || weight.Shape[0] != x.Shape[2] || weight.Shape[2] != x.Shape[3])
        {
            throw new ArgumentException(
                $"HeadwiseLinear: x [B, T, H, d] and a weight [H, k, d] are needed, the shapes are {x.Shape} and {weight.Shape}.");
        }

        if (bias is not null && bias.Shape != weight.Shape.Without(2))
        {
            throw new ArgumentException(
                $"HeadwiseLinear: the weight {weight.Shape} needs a bias {weight.Shape.Without(2)}, it is {bias.Shape}.");
        }

        x = HasEvenRows(x) ? x : x.Contiguous();
        (weight, bias) = (weight.Contiguous(), bias?.Contiguous());
        bool record = Recorder.IsNeeded(x, weight, bias);
        int heads = weight.Shape[0], outputs = weight.Shape[1], inputs = weight.Shape[2];
        Tensor y = Tensor.Empty(x.Shape.With(3, outputs), x);
        Tensor? before = record && Activations.DerivativeNeedsInput(activation) ? Tensor.EmptyLike(y) : null;
        MatMulProblem problem = MatMulProblem.Single(x.Shape[0] * x.Shape[1], outputs, inputs, x.Buffer, RowDistance(x), false,
            weight.Buffer, inputs, true, y.Buffer, (long)heads * outputs);
        (problem.Batch, problem.BatchStrideA, problem.BatchStrideB, problem.BatchStrideC) =
            (heads, x.Strides[2], (long)outputs * inputs, outputs);
        (problem.Bias, problem.BatchStrideBias) = (bias?.Buffer ?? default, bias is null ? 0 : outputs);
        (problem.Activation, problem.PreActivation) = (activation, before?.Buffer ?? default);
        problem.BatchInvariant = BatchInvariantScope.IsOpen;
        x.Kernels.Matrix.MatMul(problem);
        return record ? Recorder.Record(y, new HeadwiseLinearRule(x, weight, bias, activation, before, y)) : y;
    }

    /// <summary>True if the rows of a head lie evenly over batch and time.</summary>
    private static bool HasEvenRows(Tensor x) =>
        (x.Strides[3] == 1 || x.Shape[3] == 1) && (x.Shape[0] == 1 || x.Strides[0] == x.Shape[1] * x.Strides[1])
        && x.Strides[1] >= x.Shape[3] && x.Strides[2] >= 0;

    private static long RowDistance(Tensor x) => Math.Max(x.Strides[1], x.Shape[3]);

    // dz = dy act'(z), and for every head dx = dz W, dW = dz^T x, db = sum over rows of dz
    private sealed class HeadwiseLinearRule : GradientRule
    {
        private readonly Tensor _x, _weight, _y;
        private readonly Tensor? _bias, _before;
        private readonly Activation _activation;

        public HeadwiseLinearRule(Tensor x, Tensor weight, Tensor? bias, Activation activation, Tensor? before, Tensor y)
            : base(x, weight, bias)
        {
            (_x, _weight, _bias, _activation, _before, _y) = (x, weight, bias, activation, before, y);
            if (before is not null)
            {
                Own(before);
            }
        }

        public override void Backward(Tensor dy, GradientSink sink)
        {
            dy = dy.Contiguous();
            int heads = _weight.Shape[0], outputs = _weight.Shape[1], inputs = _weight.Shape[2], rows = _x.Shape[0] * _x.Shape[1];
            Tensor dz = BehindActivation(dy, _activation, _before, _y);
            SendBiasGradient(sink, _bias, dz, rows);

            if (_weight.RequiresGradient)
            {
                Tensor dw = sink.Target(_weight, out bool accumulate);
                MatMulProblem problem = MatMulProblem.Single(
                    outputs, inputs, rows, dz.Buffer, (long)heads * outputs, true, _x.Buffer, RowDistance(_x), false, dw.Buffer,
                    inputs, accumulate);
                (problem.Batch, problem.BatchStrideA, problem.BatchStrideB, problem.BatchStrideC) =
                    (heads, outputs, _x.Strides[2], (long)outputs * inputs);
                dy.Kernels.Matrix.MatMul(problem);
            }

            if (_x.RequiresGradient)
            {
                Tensor dx = sink.Target(_x, out bool accumulate);
                MatMulProblem problem = MatMulProblem.Single(
                    rows, inputs, outputs, dz.Buffer, (long)heads * outputs, false, _weight.Buffer, inputs, false, dx.Buffer,
                    (long)heads * inputs, accumulate);
                (problem.Batch, problem.BatchStrideA, problem.BatchStrideB, problem.BatchStrideC) =
                    (heads, outputs, (long)outputs * inputs, inputs);
                dy.Kernels.Matrix.MatMul(problem);
            }

            if (dz != dy)
            {
                dz.Storage.Release();
            }
        }
    }
}
