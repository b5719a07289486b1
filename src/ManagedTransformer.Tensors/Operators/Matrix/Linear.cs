using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>y = act(x W^T + b) in one pass.</summary>
    /// <param name="x">[..., inputs]</param>
    /// <param name="weight">W, [outputs, inputs], Float32, or another type of weights where no gradient is recorded</param>
    /// <param name="bias">b, [outputs], or none</param>
    /// <param name="activation">Applied element-wise at the end.</param>
    /// <returns>[..., outputs]</returns>
    /// <exception cref="ArgumentException">Sizes or types that do not fit.</exception>
    public static Tensor Linear(this Tensor x, Tensor weight, Tensor? bias = null, Activation activation = Activation.None)
    {
        RequireFloat(x, "Linear");
        RequireWeight(weight, Recorder.IsNeeded(x, bias), "Linear");
        if (weight.Rank != 2 || weight.Shape[1] != x.Shape[-1])
        {
            throw new ArgumentException($"Linear: x {x.Shape} needs a weight [outputs, {x.Shape[-1]}], it is {weight.Shape}.");
        }

        if (bias is not null && bias.Shape != new Shape(weight.Shape[0]))
        {
            throw new ArgumentException($"Linear: the weight {weight.Shape} needs a bias [{weight.Shape[0]}], it is {bias.Shape}.");
        }

        if (!TryRows(x, out int rows, out long stride))
        {
            x = x.Contiguous();
            stride = x.Shape[-1];
        }

        weight = weight.Contiguous();
        bool record = Recorder.IsNeeded(x, weight, bias);
        Tensor y = Tensor.Empty(x.Shape.With(-1, weight.Shape[0]), x);
        Tensor? before = record && Activations.DerivativeNeedsInput(activation) ? Tensor.EmptyLike(y) : null;
        int outputs = weight.Shape[0], inputs = weight.Shape[1];
        MatMulProblem problem = MatMulProblem.Single(rows, outputs, inputs, x.Buffer, stride, false, weight.Buffer, inputs, true,
            y.Buffer, outputs);
        problem.Bias = bias?.Contiguous().Buffer ?? default;
        problem.Activation = activation;
        problem.PreActivation = before?.Buffer ?? default;
        MultiplyBy(weight, x, problem);
        return record ? Recorder.Record(y, new LinearRule(x, weight, bias, activation, before, y, rows, stride)) : y;
    }

    /// <summary>Computes a product whose B is a weight, in whatever type it is stored.</summary>
    internal static void MultiplyBy(Tensor weight, Tensor x, MatMulProblem problem)
    {
        problem.BatchInvariant = BatchInvariantScope.IsOpen;
        if (weight.DType.IsQuantized())
        {
            problem.B = default;
            x.QuantizedKernels().MatMul(problem, weight.Quantized);
        }
        else
        {
            problem.TypeOfB = weight.DType;
            x.Kernels.Matrix.MatMul(problem);
        }
    }

    /// <summary>
    /// dz = dy act'(z) for y = act(z), where <paramref name="z"/> was kept if the derivative needs it; dy itself where there is no
    /// activation.
    /// </summary>
    private static Tensor BehindActivation(Tensor dy, Activation activation, Tensor? z, Tensor y)
    {
        if (activation == Activation.None)
        {
            return dy;
        }

        Tensor dz = Tensor.EmptyLike(dy);
        Elementwise(dy).UnaryGradient(
            Activations.FunctionOf(activation), (z ?? y).Buffer, y.Buffer, dy.Buffer, dz.Buffer, dy.Count, 0, 0);
        return dz;
    }

    /// <summary>db = sum over rows of dz.</summary>
    private static void SendBiasGradient(GradientSink sink, Tensor? bias, Tensor dz, int rows)
    {
        if (bias is { RequiresGradient: true })
        {
            Tensor db = Tensor.EmptyLike(bias);
            dz.Kernels.Reductions.Reduce(ReduceOp.Sum, dz.Buffer, db.Buffer, 1, rows, checked((int)bias.Count));
            sink.Add(bias, db);
        }
    }

    /// <summary>dx = dz W, dW = dz^T x and db = sum over rows of dz for z = x W^T + b.</summary>
    private static void SendLinearGradients(
        GradientSink sink, Tensor x, Tensor weight, Tensor? bias, Tensor dz, int rows, long stride)
    {
        int inputs = weight.Shape[1], outputs = weight.Shape[0];
        SendBiasGradient(sink, bias, dz, rows);
        if (weight.RequiresGradient)
        {
            Tensor dw = sink.Target(weight, out bool accumulate);
            dz.Kernels.Matrix.MatMul(MatMulProblem.Single(
                outputs, inputs, rows, dz.Buffer, outputs, true, x.Buffer, stride, false, dw.Buffer, inputs, accumulate));
        }

        if (x.RequiresGradient)
        {
            Tensor dx = sink.Target(x, out bool accumulate);
            dz.Kernels.Matrix.MatMul(MatMulProblem.Single(
                rows, inputs, outputs, dz.Buffer, outputs, false, weight.Buffer, inputs, false, dx.Buffer, inputs, accumulate));
        }
    }

    // dz = dy act'(z);  dx = dz W;  dW = dz^T x;  db = sum over rows of dz
    private sealed class LinearRule : GradientRule
    {
        private readonly Tensor _x, _weight, _y;
        private readonly Tensor? _bias, _before;
        private readonly Activation _activation;
        private readonly int _rows;
        private readonly long _stride;

        public LinearRule(Tensor x, Tensor weight, Tensor? bias, Activation activation, Tensor? before, Tensor y, int rows, long stride)
            : base(x, weight, bias)
        {
            (_x, _weight, _bias, _activation, _before, _y, _rows, _stride) = (x, weight, bias, activation, before, y, rows, stride);
            if (before is not null)
            {
                Own(before);
            }
        }

        public override void Backward(Tensor dy, GradientSink sink)
        {
            dy = dy.Contiguous();
            Tensor dz = BehindActivation(dy, _activation, _before, _y);
            SendLinearGradients(sink, _x, _weight, _bias, dz, _rows, _stride);
            if (dz != dy)
            {
                dz.Storage.Release();
            }
        }
    }
}
