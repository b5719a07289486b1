namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    // Keeps the root of a zero norm differentiable; far below the square of any norm that matters beside 1e-3.
    private const float LeastSquare = 1e-30f, UnitEpsilon = 1e-3f;

    /// <summary>
    /// Element-wise elu(x) + 1: x + 1 for x &gt; 0, else e^x (Katharopoulos et al., 2020, equation 7); derivative 1 or e^x. Exact to
    /// rounding for very negative x.
    /// </summary>
    /// <param name="x">Any shape.</param>
    public static Tensor EluPlusOne(this Tensor x) => x.Relu() + x.Clamp(float.NegativeInfinity, 0).Exp();

    /// <summary>x / (||x|| + 0.001) along the last axis; zero, with the derivative of x / 0.001, at x = 0.</summary>
    /// <param name="x">[..., d]</param>
    public static Tensor UnitVectors(this Tensor x) =>
        x / ((x * x).Sum([-1], keepAxes: true).Clamp(LeastSquare, float.PositiveInfinity).Sqrt() + UnitEpsilon);
}
