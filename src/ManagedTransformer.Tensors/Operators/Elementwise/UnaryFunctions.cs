using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>Element-wise scale * x + shift.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="scale">Factor.</param>
    /// <param name="shift">Added afterwards.</param>
    public static Tensor Affine(this Tensor x, float scale, float shift) => Unary(UnaryOp.Affine, x, scale, shift);

    /// <summary>Element-wise |x|, with derivative 0 at 0.</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor Abs(this Tensor x) => Unary(UnaryOp.Abs, x);

    /// <summary>Element-wise e^x.</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor Exp(this Tensor x) => Unary(UnaryOp.Exp, x);

    /// <summary>Element-wise natural logarithm: -infinity at 0, NaN below.</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor Log(this Tensor x) => Unary(UnaryOp.Log, x);

    /// <summary>Element-wise square root.</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor Sqrt(this Tensor x) => Unary(UnaryOp.Sqrt, x);

    /// <summary>Element-wise sine of radians.</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor Sin(this Tensor x) => Unary(UnaryOp.Sin, x);

    /// <summary>Element-wise cosine of radians.</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor Cos(this Tensor x) => Unary(UnaryOp.Cos, x);

    /// <summary>Element-wise x^exponent.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="exponent">A constant.</param>
    public static Tensor Pow(this Tensor x, float exponent) => Unary(UnaryOp.Power, x, exponent);

    /// <summary>Element-wise min(max(x, low), high), with derivative 1 on the closed interval and 0 outside.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="low">Lower bound.</param>
    /// <param name="high">Upper bound, at least the lower one.</param>
    /// <exception cref="ArgumentException">The bounds are in the wrong order.</exception>
    public static Tensor Clamp(this Tensor x, float low, float high)
    {
        if (low > high)
        {
            throw new ArgumentException($"Clamp: the lower bound {low} is above the upper bound {high}.");
        }

        return Unary(UnaryOp.Clamp, x, low, high);
    }

    /// <summary>Element-wise hyperbolic tangent.</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor Tanh(this Tensor x) => Unary(UnaryOp.Tanh, x);

    /// <summary>Element-wise error function, 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x.</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor Erf(this Tensor x) => Unary(UnaryOp.Erf, x);

    /// <summary>Element-wise logistic function 1 / (1 + e^-x).</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor Sigmoid(this Tensor x) => Unary(UnaryOp.Sigmoid, x);

    /// <summary>Element-wise ln(1 + e^x).</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor Softplus(this Tensor x) => Unary(UnaryOp.Softplus, x);

    /// <summary>Element-wise max(x, 0), with derivative 0 at 0.</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor Relu(this Tensor x) => Unary(UnaryOp.Relu, x);

    /// <summary>Element-wise Gaussian error linear unit, x (1 + erf(x / sqrt 2)) / 2 (Hendrycks and Gimpel, 2016).</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor Gelu(this Tensor x) => Unary(UnaryOp.Gelu, x);

    /// <summary>Its tanh approximation, x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2, as GPT-2 uses it.</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor GeluTanh(this Tensor x) => Unary(UnaryOp.GeluTanh, x);

    /// <summary>Element-wise x sigmoid(x), also called swish.</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor Silu(this Tensor x) => Unary(UnaryOp.Silu, x);

    /// <summary>Applies an activation.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="activation">The function.</param>
    public static Tensor Activate(this Tensor x, Activation activation) =>
        activation == Activation.None ? x : Unary(Activations.FunctionOf(activation), x);

    private static Tensor Unary(UnaryOp op, Tensor x, float a = 0, float b = 0)
    {
        RequireFloat(x, OperationName<UnaryOp>.Of(op));
        x = x.Contiguous();
        Tensor y = Tensor.EmptyLike(x);
        Elementwise(x).Unary(op, x.Buffer, y.Buffer, x.Count, a, b);
        return Recorder.IsNeeded(x) ? Recorder.Record(y, new UnaryRule(op, x, y, a, b)) : y;
    }

    private sealed class UnaryRule(UnaryOp op, Tensor x, Tensor y, float a, float b) : GradientRule(x)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            dy = dy.Contiguous();
            Tensor dx = Tensor.EmptyLike(x);
            Elementwise(x).UnaryGradient(op, x.Buffer, y.Buffer, dy.Buffer, dx.Buffer, x.Count, a, b);
            sink.Add(x, dx);
        }
    }
}
