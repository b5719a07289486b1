using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu.Simd;

internal static partial class VectorMath
{
    private const float InverseSqrtTwoPi = 0.398942280f;
    private const float SqrtTwoOverPi = 0.797884561f;
    private const float GeluCubic = 0.044715f;

    /// <summary>
    /// erf x = x p(x^2) / q(x^2), a minimax rational function for |x| up to 3.93 (relative error 2e-8) and 1 in magnitude beyond; error at
    /// most 5.5 ulp, the largest near 3.6.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Erf<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector magnitude = TOps.Min(TOps.Broadcast(3.93f), TOps.Abs(x));
        TVector u = TOps.Multiply(magnitude, magnitude);
        TVector p = Polynomial<TOps, TVector>(u, 1.1283791f, 0.19078355f, 0.05279025f, 0.0037795978f, 0.00028480851f, 2.0419748e-06f);
        TVector q = Polynomial<TOps, TVector>(u, 1f, 0.50241023f, 0.1142574f, 0.014997414f, 0.0011652102f, 3.8004113e-05f);
        TVector y = TOps.Min(TOps.Broadcast(1f), TOps.Divide(TOps.Multiply(magnitude, p), q));
        return WithSignOf<TOps, TVector>(y, x);
    }

    /// <summary>x (1 + erf(x / sqrt 2)) / 2 = x Phi(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gelu<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged =>
        TOps.Multiply(x, NormalDistribution<TOps, TVector>(x, out _));

    /// <summary>d gelu / dx = Phi(x) + x phi(x), with the standard normal distribution Phi and density phi.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector GeluDerivative<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector phi = NormalDistribution<TOps, TVector>(x, out TVector bell);

        // The bell is 0 where x is infinite; the bound keeps infinity times 0 away.
        TVector bounded = TOps.Max(TOps.Broadcast(-100f), TOps.Min(TOps.Broadcast(100f), x));
        return TOps.MultiplyAdd(TOps.Multiply(bounded, TOps.Broadcast(InverseSqrtTwoPi)), bell, phi);
    }

    /// <summary>x (1 + tanh(u)) / 2 = x sigmoid(2u) with u = sqrt(2/pi) (x + 0.044715 x^3).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector GeluTanh<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged =>
        TOps.Multiply(x, GeluTanhGate<TOps, TVector>(x));

    /// <summary>d geluTanh / dx = s + x s (1 - s) 2u' with s = sigmoid(2u) and u' = sqrt(2/pi) (1 + 3 0.044715 x^2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector GeluTanhDerivative<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        // s (1 - s) is 0 beyond 12 or so; the bound keeps infinity times 0 away.
        TVector bounded = TOps.Max(TOps.Broadcast(-100f), TOps.Min(TOps.Broadcast(100f), x));
        TVector s = GeluTanhGate<TOps, TVector>(bounded);
        TVector slope = TOps.MultiplyAdd(
            TOps.Multiply(bounded, bounded), TOps.Broadcast(6f * SqrtTwoOverPi * GeluCubic), TOps.Broadcast(2f * SqrtTwoOverPi));
        TVector product = TOps.Multiply(TOps.Multiply(bounded, slope), TOps.Subtract(TOps.Broadcast(1f), s));
        return TOps.MultiplyAdd(product, s, s);
    }

    /// <summary>
    /// Phi(x), and the bell e^(-x^2 / 2). The tail is Phi(-|x|) = bell p(|x|) / q(|x|) with a minimax rational function for |x| up to 14
    /// (relative error 6e-9), where the bell vanishes: no difference of nearly equal numbers spoils small results.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector NormalDistribution<TOps, TVector>(TVector x, out TVector bell)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        bell = ExpUpToOne<TOps, TVector>(TOps.Multiply(TOps.Multiply(x, TOps.Broadcast(-0.5f)), x));
        TVector a = TOps.Min(TOps.Broadcast(14f), TOps.Abs(x));
        TVector p = Polynomial<TOps, TVector>(a, 0.5f, 0.43725207f, 0.18246274f, 0.040372875f, 0.0040776609f);
        TVector q = Polynomial<TOps, TVector>(a, 1f, 1.6723891f, 1.1992945f, 0.46743152f, 0.1012066f, 0.010221052f);
        TVector tail = TOps.Divide(TOps.Multiply(bell, p), q);
        return TOps.Select(TOps.Less(x, TOps.Zero), tail, TOps.Subtract(TOps.Broadcast(1f), tail));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector GeluTanhGate<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector slope = TOps.MultiplyAdd(
            TOps.Multiply(x, x), TOps.Broadcast(2f * SqrtTwoOverPi * GeluCubic), TOps.Broadcast(2f * SqrtTwoOverPi));
        return Sigmoid<TOps, TVector>(TOps.Multiply(x, slope));
    }
}
