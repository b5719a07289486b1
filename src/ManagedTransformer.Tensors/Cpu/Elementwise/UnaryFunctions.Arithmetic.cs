using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>
/// The element-wise functions of <see cref="Kernels.UnaryOp"/>, as type parameters of <see cref="UnaryLoop{TOps, TVector}"/>; of those that
/// <see cref="SpanLoop"/> computes, the derivatives.
/// </summary>
internal static partial class UnaryFunctions<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>x.</summary>
    public readonly struct Identity : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector x) => TOps.Broadcast(1f);
    }

    /// <summary>a x + b.</summary>
    public readonly struct Affine(float a, float b) : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => TOps.MultiplyAdd(TOps.Broadcast(a), x, TOps.Broadcast(b));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector x) => TOps.Broadcast(a);
    }

    /// <summary>The same number everywhere.</summary>
    public readonly struct Constant(float value) : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => TOps.Broadcast(value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector x) => TOps.Zero;
    }

    /// <summary>Of |x|: the sign of x, 0 at 0.</summary>
    public readonly struct Abs : IDerivative<TVector>
    {
        public static bool DerivativeFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector x) =>
            TOps.Select(TOps.Equal(x, TOps.Zero), x, TOps.Or(TOps.And(x, TOps.BroadcastBits(0x80000000)), TOps.Broadcast(1f)));
    }

    /// <summary>Of min(max(x, a), b): 1 on [a, b].</summary>
    public readonly struct Clamp(float a, float b) : IDerivative<TVector>
    {
        public static bool DerivativeFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector x) =>
            TOps.And(TOps.And(TOps.LessOrEqual(TOps.Broadcast(a), x), TOps.LessOrEqual(x, TOps.Broadcast(b))), TOps.Broadcast(1f));
    }

    /// <summary>max(x, 0), whose derivative is the same function of x and of its value.</summary>
    public readonly struct Relu : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => VectorMath.Relu<TOps, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector x) => VectorMath.ReluDerivative<TOps, TVector>(x);
    }

    /// <summary>Of the square root of x.</summary>
    public readonly struct Sqrt : IDerivative<TVector>
    {
        public static bool DerivativeFromOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector y) => TOps.Divide(TOps.Broadcast(0.5f), y);
    }

    /// <summary>x^2.</summary>
    public readonly struct Square : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => TOps.Multiply(x, x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector x) => TOps.Add(x, x);
    }

    /// <summary>1 / x; derivative -1 / x^2.</summary>
    public readonly struct Reciprocal : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => TOps.Divide(TOps.Broadcast(1f), x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector y) => TOps.Negate(TOps.Multiply(y, y));
    }

    /// <summary>x^a; derivative a x^(a - 1).</summary>
    public readonly struct Power(float a) : IUnaryFunction<TVector>
    {
        public static bool DerivativeFromOutput => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Value(TVector x) => VectorMath.Pow<TOps, TVector>(x, TOps.Broadcast(a));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative(TVector x) =>
            TOps.Multiply(TOps.Broadcast(a), VectorMath.Pow<TOps, TVector>(x, TOps.Broadcast(a - 1f)));
    }
}
