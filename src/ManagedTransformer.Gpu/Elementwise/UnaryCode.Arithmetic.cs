namespace ManagedTransformer.Gpu;

/// <summary>The functions of <see cref="Tensors.Kernels.UnaryOp"/>, and the constant and the powers that need no logarithm.</summary>
internal static partial class UnaryCode
{
    /// <summary>a x + b.</summary>
    public readonly struct Affine : IUnaryCode
    {
        public bool DerivativeFromOutput => false;

        public float Value(float x, float a, float b) => (a * x) + b;

        public float Derivative(float x, float a, float b) => a;
    }

    /// <summary>The number a everywhere.</summary>
    public readonly struct Constant : IUnaryCode
    {
        public bool DerivativeFromOutput => false;

        public float Value(float x, float a, float b) => a;

        public float Derivative(float x, float a, float b) => 0f;
    }

    /// <summary>|x|; derivative 0 at 0.</summary>
    public readonly struct Abs : IUnaryCode
    {
        public bool DerivativeFromOutput => false;

        public float Value(float x, float a, float b) => MathF.Abs(x);

        public float Derivative(float x, float a, float b) => x > 0f ? 1f : x < 0f ? -1f : x;
    }

    /// <summary>The square root of x.</summary>
    public readonly struct Sqrt : IUnaryCode
    {
        public bool DerivativeFromOutput => true;

        public float Value(float x, float a, float b) => MathF.Sqrt(x);

        public float Derivative(float x, float a, float b) => 0.5f / x;
    }

    /// <summary>x^2.</summary>
    public readonly struct Square : IUnaryCode
    {
        public bool DerivativeFromOutput => false;

        public float Value(float x, float a, float b) => x * x;

        public float Derivative(float x, float a, float b) => x + x;
    }

    /// <summary>1 / x; derivative -1 / x^2.</summary>
    public readonly struct Reciprocal : IUnaryCode
    {
        public bool DerivativeFromOutput => true;

        public float Value(float x, float a, float b) => 1f / x;

        public float Derivative(float x, float a, float b) => -(x * x);
    }

    /// <summary>x^a; derivative a x^(a - 1).</summary>
    public readonly struct Power : IUnaryCode
    {
        public bool DerivativeFromOutput => false;

        public float Value(float x, float a, float b) => GpuMath.Pow(x, a);

        public float Derivative(float x, float a, float b) => a * GpuMath.Pow(x, a - 1f);
    }

    /// <summary>min(max(x, a), b); derivative 1 on [a, b].</summary>
    public readonly struct Clamp : IUnaryCode
    {
        public bool DerivativeFromOutput => false;

        public float Value(float x, float a, float b) => x < a ? a : x > b ? b : x;

        public float Derivative(float x, float a, float b) => x >= a && x <= b ? 1f : 0f;
    }

    /// <summary>max(x, 0), whose derivative is the same function of x and of its value.</summary>
    public readonly struct Relu : IUnaryCode
    {
        public bool DerivativeFromOutput => true;

        public float Value(float x, float a, float b) => GpuMath.Relu(x);

        public float Derivative(float x, float a, float b) => GpuMath.ReluDerivative(x);
    }
}
