using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Elementwise;

internal static partial class UnaryFunctions<TOps, TVector>
{
    /// <summary>e^x.</summary>
    public readonly struct Exp : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => VectorMath.Exp<TOps, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector y) => y;
    }

    /// <summary>ln x.</summary>
    public readonly struct Log : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => VectorMath.Log<TOps, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector x) => TOps.Divide(TOps.Broadcast(1f), x);
    }

    /// <summary>sin x.</summary>
    public readonly struct Sin : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => VectorMath.Sin<TOps, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector x) => VectorMath.Cos<TOps, TVector>(x);
    }

    /// <summary>cos x.</summary>
    public readonly struct Cos : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => VectorMath.Cos<TOps, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector x) => TOps.Negate(VectorMath.Sin<TOps, TVector>(x));
    }

    /// <summary>tanh x; derivative 1 - tanh(x)^2.</summary>
    public readonly struct Tanh : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => VectorMath.Tanh<TOps, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector y) => TOps.NegatedMultiplyAdd(y, y, TOps.Broadcast(1f));
    }

    /// <summary>1 / (1 + e^-x); derivative s (1 - s).</summary>
    public readonly struct Sigmoid : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => VectorMath.Sigmoid<TOps, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector y) => TOps.NegatedMultiplyAdd(y, y, y);
    }

    /// <summary>ln(1 + e^x).</summary>
    public readonly struct Softplus : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => VectorMath.Softplus<TOps, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector x) => VectorMath.Sigmoid<TOps, TVector>(x);
    }

    /// <summary>x sigmoid(x).</summary>
    public readonly struct Silu : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => VectorMath.Silu<TOps, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector x) => VectorMath.SiluDerivative<TOps, TVector>(x);
    }

    /// <summary>x (1 + erf(x / sqrt 2)) / 2.</summary>
    public readonly struct Gelu : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => VectorMath.Gelu<TOps, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector x) => VectorMath.GeluDerivative<TOps, TVector>(x);
    }

    /// <summary>x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2.</summary>
    public readonly struct GeluTanh : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => VectorMath.GeluTanh<TOps, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector x) => VectorMath.GeluTanhDerivative<TOps, TVector>(x);
    }

    /// <summary>erf x; derivative 2 / sqrt(pi) e^(-x^2).</summary>
    public readonly struct Erf : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => VectorMath.Erf<TOps, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector x) =>
            TOps.Multiply(TOps.Broadcast(1.12837917f), VectorMath.ExpUpToOne<TOps, TVector>(TOps.Negate(TOps.Multiply(x, x))));
    }
}
