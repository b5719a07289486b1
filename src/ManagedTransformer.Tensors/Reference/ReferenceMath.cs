using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>The scalar functions of the contract, in double precision.</summary>
internal static class ReferenceMath
{
    private const double GeluTanhScale = 0.79788456080286535588; // sqrt(2 / pi)
    private const double GeluTanhCubic = 0.044715;

    /// <summary>f(x).</summary>
    public static double Apply(UnaryOp op, double x, double a, double b) => op switch
    {
        UnaryOp.Affine => (a * x) + b,
        UnaryOp.Abs => Math.Abs(x),
        UnaryOp.Exp => Math.Exp(x),
        UnaryOp.Log => Math.Log(x),
        UnaryOp.Sqrt => Math.Sqrt(x),
        UnaryOp.Sin => Math.Sin(x),
        UnaryOp.Cos => Math.Cos(x),
        UnaryOp.Power => Math.Pow(x, a),
        UnaryOp.Clamp => Math.Min(Math.Max(x, a), b),
        UnaryOp.Tanh => Math.Tanh(x),
        UnaryOp.Sigmoid => Sigmoid(x),
        UnaryOp.Softplus => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x))),
        UnaryOp.Relu => Math.Max(x, 0),
        UnaryOp.Gelu => x * NormalCdf(x),
        UnaryOp.GeluTanh => x * (1 + Math.Tanh(GeluTanhArgument(x))) / 2,
        UnaryOp.Silu => x * Sigmoid(x),
        UnaryOp.Erf => Erf(x),
        _ => throw new ArgumentOutOfRangeException(nameof(op)),
    };

    /// <summary>f'(x).</summary>
    public static double Derivative(UnaryOp op, double x, double a, double b) => op switch
    {
        UnaryOp.Affine => a,
        UnaryOp.Abs => x > 0 ? 1 : x < 0 ? -1 : 0,
        UnaryOp.Exp => Math.Exp(x),
        UnaryOp.Log => 1 / x,
        UnaryOp.Sqrt => 0.5 / Math.Sqrt(x),
        UnaryOp.Sin => Math.Cos(x),
        UnaryOp.Cos => -Math.Sin(x),
        UnaryOp.Power => a == 0 ? 0 : a * Math.Pow(x, a - 1),
        UnaryOp.Clamp => x >= a && x <= b ? 1 : 0,
        UnaryOp.Tanh => 1 - Square(Math.Tanh(x)),
        UnaryOp.Sigmoid => Sigmoid(x) * Sigmoid(-x),
        UnaryOp.Softplus => Sigmoid(x),
        UnaryOp.Relu => x > 0 ? 1 : 0,
        UnaryOp.Gelu => NormalCdf(x) + (x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI)),
        UnaryOp.GeluTanh => GeluTanhDerivative(x),
        UnaryOp.Silu => Sigmoid(x) * (1 + (x * Sigmoid(-x))),
        UnaryOp.Erf => 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x),
        _ => throw new ArgumentOutOfRangeException(nameof(op)),
    };

    /// <summary>f(a, b).</summary>
    public static double Apply(BinaryOp op, double a, double b) => op switch
    {
        BinaryOp.Add => a + b,
        BinaryOp.Subtract => a - b,
        BinaryOp.Multiply => a * b,
        BinaryOp.Divide => a / b,
        BinaryOp.Power => Math.Pow(a, b),
        BinaryOp.Maximum => Math.Max(a, b),
        BinaryOp.Minimum => Math.Min(a, b),
        BinaryOp.Equal => a == b ? 1 : 0,
        BinaryOp.NotEqual => a != b ? 1 : 0,
        BinaryOp.Less => a < b ? 1 : 0,
        BinaryOp.LessOrEqual => a <= b ? 1 : 0,
        BinaryOp.Greater => a > b ? 1 : 0,
        BinaryOp.GreaterOrEqual => a >= b ? 1 : 0,
        _ => throw new ArgumentOutOfRangeException(nameof(op)),
    };

    /// <summary>The activation after a linear map.</summary>
    public static double Apply(Activation activation, double x) => activation switch
    {
        Activation.None => x,
        Activation.Relu => Apply(UnaryOp.Relu, x, 0, 0),
        Activation.Gelu => Apply(UnaryOp.Gelu, x, 0, 0),
        Activation.GeluTanh => Apply(UnaryOp.GeluTanh, x, 0, 0),
        Activation.Silu => Apply(UnaryOp.Silu, x, 0, 0),
        _ => throw new ArgumentOutOfRangeException(nameof(activation)),
    };

    /// <summary>
    /// erf x = 2 / sqrt(pi) e^(-x^2) sum over n of 2^n x^(2n+1) / (1 3 5 ... (2n+1)). All terms have one sign, so nothing cancels;
    /// from |x| = 6 on erf rounds to 1.
    /// </summary>
    public static double Erf(double x)
    {
        if (Math.Abs(x) >= 6)
        {
            return Math.Sign(x);
        }

        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    public static double Square(double x) => x * x;

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double NormalCdf(double x) => (1 + Erf(x / Math.Sqrt(2))) / 2;

    // ln(1 + y) for 0 <= y <= 1 without losing a small y to the 1: ln(1 + y) = 2 artanh(y / (2 + y)).
    private static double LogOnePlus(double y) => 2 * Math.Atanh(y / (2 + y));

    private static double GeluTanhArgument(double x) => GeluTanhScale * (x + (GeluTanhCubic * x * x * x));

    private static double GeluTanhDerivative(double x)
    {
        double t = Math.Tanh(GeluTanhArgument(x));
        return ((1 + t) / 2) + (x * (1 - (t * t)) / 2 * GeluTanhScale * (1 + (3 * GeluTanhCubic * x * x)));
    }
}
