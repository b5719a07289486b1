using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Product of a gated linear unit (Shazeer, "GLU variants improve Transformer", 2020): y = act(gate) up. Backward computes the
    /// activation anew and keeps nothing but the operands.
    /// </summary>
    /// <param name="gate">[..., F]</param>
    /// <param name="up">The same shape.</param>
    /// <param name="activation">act; none: y = gate up.</param>
    /// <returns>[..., F]</returns>
    /// <exception cref="ArgumentException">Another shape.</exception>
    public static Tensor GatedProduct(this Tensor gate, Tensor up, Activation activation)
    {
        RequireFloat(gate, "GatedProduct");
        RequireFloat(up, "GatedProduct");
        if (gate.Shape != up.Shape || gate.Rank == 0)
        {
            throw new ArgumentException($"GatedProduct: gate and up need one shape [..., F], they are {gate.Shape} and {up.Shape}.");
        }

        if (!TryRows(gate, out int rows, out long gateStride))
        {
            gate = gate.Contiguous();
            gateStride = gate.Shape[-1];
        }

        if (!TryRows(up, out _, out long upStride))
        {
            up = up.Contiguous();
            upStride = up.Shape[-1];
        }

        Tensor y = Tensor.EmptyLike(gate);
        GatedProblem problem = new()
        {
            Activation = activation,
            Rows = rows,
            Width = gate.Shape[-1],
            Gate = gate.Buffer,
            GateStride = gateStride,
            Up = up.Buffer,
            UpStride = upStride,
            Y = y.Buffer,
        };
        Elementwise(gate).Gate(problem);
        return Recorder.IsNeeded(gate, up) ? Recorder.Record(y, new GatedProductRule(gate, up, problem)) : y;
    }

    /// <summary>The same for gate and up side by side, as one matrix product makes them; the gradient is written to one tensor.</summary>
    /// <param name="packed">[..., 2 F]: gate, then up.</param>
    /// <param name="activation">act; none: y = gate up.</param>
    /// <returns>[..., F]</returns>
    /// <exception cref="ArgumentException">An odd last axis.</exception>
    public static Tensor GatedProduct(this Tensor packed, Activation activation)
    {
        RequireFloat(packed, "GatedProduct");
        if (packed.Rank == 0 || packed.Shape[-1] % 2 != 0)
        {
            throw new ArgumentException($"GatedProduct: packed [..., 2 F] is needed, the shape is {packed.Shape}.");
        }

        if (!TryRows(packed, out int rows, out long stride))
        {
            packed = packed.Contiguous();
            stride = packed.Shape[-1];
        }

        int width = packed.Shape[-1] / 2;
        Tensor y = Tensor.Empty(packed.Shape.With(-1, width), packed);
        GatedProblem problem = new()
        {
            Activation = activation,
            Rows = rows,
            Width = width,
            Gate = packed.Buffer,
            GateStride = stride,
            Up = SecondHalf(packed),
            UpStride = stride,
            Y = y.Buffer,
        };
        Elementwise(packed).Gate(problem);
        return Recorder.IsNeeded(packed) ? Recorder.Record(y, new PackedGatedProductRule(packed, problem)) : y;
    }

    private static DeviceBuffer SecondHalf(Tensor packed) =>
        packed.Buffer with { Offset = packed.Buffer.Offset + (packed.Shape[-1] / 2) };

    // dgate = dy up act'(gate);  dup = dy act(gate)
    private sealed class GatedProductRule(Tensor gate, Tensor up, GatedProblem problem) : GradientRule(gate, up)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor dGate = Tensor.EmptyLike(gate), dUp = Tensor.EmptyLike(up);
            GatedProblem gradient = problem;
            (gradient.DY, gradient.DGate, gradient.DUp) = (dy.Contiguous().Buffer, dGate.Buffer, dUp.Buffer);
            gradient.DGateStride = gradient.DUpStride = problem.Width;
            Elementwise(dy).GateGradient(gradient);
            sink.Add(gate, dGate);
            sink.Add(up, dUp);
        }
    }

    private sealed class PackedGatedProductRule(Tensor packed, GatedProblem problem) : GradientRule(packed)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            Tensor slope = Tensor.EmptyLike(packed);
            GatedProblem gradient = problem;
            (gradient.DY, gradient.DGate, gradient.DUp) = (dy.Contiguous().Buffer, slope.Buffer, SecondHalf(slope));
            gradient.DGateStride = gradient.DUpStride = 2L * problem.Width;
            Elementwise(dy).GateGradient(gradient);
            sink.Add(packed, slope);
        }
    }
}
