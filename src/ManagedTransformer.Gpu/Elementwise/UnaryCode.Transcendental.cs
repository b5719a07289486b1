namespace ManagedTransformer.Gpu;

internal static partial class UnaryCode
{
    /// <summary>e^x.</summary>
    public readonly struct Exp : IUnaryCode
    {
        public bool DerivativeFromOutput => true;

        public float Value(float x, float a, float b) => GpuMath.Exp(x);

        public float Derivative(float x, float a, float b) => x;
    }

    /// <summary>ln x.</summary>
    public readonly struct Log : IUnaryCode
    {
        public bool DerivativeFromOutput => false;

        public float Value(float x, float a, float b) => GpuMath.Log(x);

        public float Derivative(float x, float a, float b) => 1f / x;
    }

    /// <summary>sin x.</summary>
    public readonly struct Sin : IUnaryCode
    {
        public bool DerivativeFromOutput => false;

        public float Value(float x, float a, float b) => GpuMath.Sin(x);

        public float Derivative(float x, float a, float b) => GpuMath.Cos(x);
    }

    /// <summary>cos x.</summary>
    public readonly struct Cos : IUnaryCode
    {
        public bool DerivativeFromOutput => false;

        public float Value(float x, float a, float b) => GpuMath.Cos(x);

        public float Derivative(float x, float a, float b) => -GpuMath.Sin(x);
    }

    /// <summary>tanh x; derivative 1 - tanh(x)^2.</summary>
    public readonly struct Tanh : IUnaryCode
    {
        public bool DerivativeFromOutput => true;

        public float Value(float x, float a, float b) => GpuMath.Tanh(x);

        public float Derivative(float x, float a, float b) => 1f - (x * x);
    }

    /// <summary>s = 1 / (1 + e^-x); derivative s (1 - s).</summary>
    public readonly struct Sigmoid : IUnaryCode
    {
        public bool DerivativeFromOutput => true;

        public float Value(float x, float a, float b) => GpuMath.Sigmoid(x);

        public float Derivative(float x, float a, float b) => x - (x * x);
    }

    /// <summary>ln(1 + e^x).</summary>
    public readonly struct Softplus : IUnaryCode
    {
        public bool DerivativeFromOutput => false;

        public float Value(float x, float a, float b) => GpuMath.Softplus(x);

        public float Derivative(float x, float a, float b) => GpuMath.Sigmoid(x);
    }

    /// <summary>x (1 + erf(x / sqrt 2)) / 2.</summary>
    public readonly struct Gelu : IUnaryCode
    {
        public bool DerivativeFromOutput => false;

        public float Value(float x, float a, float b) => GpuMath.Gelu(x);

        public float Derivative(float x, float a, float b) => GpuMath.GeluDerivative(x);
    }

    /// <summary>x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2.</summary>
    public readonly struct GeluTanh : IUnaryCode
    {
        public bool DerivativeFromOutput => false;

        public float Value(float x, float a, float b) => GpuMath.GeluTanh(x);

        public float Derivative(float x, float a, float b) => GpuMath.GeluTanhDerivative(x);
    }

    /// <summary>x sigmoid(x).</summary>
    public readonly struct Silu : IUnaryCode
    {
        public bool DerivativeFromOutput => false;

        public float Value(float x, float a, float b) => GpuMath.Silu(x);

        public float Derivative(float x, float a, float b) => GpuMath.SiluDerivative(x);
    }

    /// <summary>erf x; derivative 2 / sqrt(pi) e^(-x^2).</summary>
    public readonly struct Erf : IUnaryCode
    {
        public bool DerivativeFromOutput => false;

        public float Value(float x, float a, float b) => GpuMath.Erf(x);

        public float Derivative(float x, float a, float b) => 1.12837917f * GpuMath.Exp(-(x * x));
    }
}
