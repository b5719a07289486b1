using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu.Simd;

internal static partial class VectorMath
{
    /// <summary>tanh x = t / (t + 2) with t = e^(2x) - 1, error at most 2.5 ulp; 1 in magnitude from 9.02 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector magnitude = TOps.Min(TOps.Broadcast(10f), TOps.Abs(x));
        TVector t = ExpMinusOne<TOps, TVector>(TOps.Add(magnitude, magnitude));
        return WithSignOf<TOps, TVector>(TOps.Divide(t, TOps.Add(t, TOps.Broadcast(2f))), x);
    }

    /// <summary>1 / (1 + e^-x), error at most 2.4 ulp, without overflow on either side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector one = TOps.Broadcast(1f);
        TVector e = ExpUpToOne<TOps, TVector>(TOps.Or(x, TOps.BroadcastBits(0x80000000)));
        return TOps.Divide(TOps.Select(TOps.Less(x, TOps.Zero), e, one), TOps.Add(one, e));
    }

    /// <summary>x sigmoid(x) = x / (1 + e^-x), error at most 2 ulp down to -87, below it the value there, -1.4e-36.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Silu<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector denominator = OnePlusExpNegated<TOps, TVector>(ref x);
        return TOps.Divide(x, denominator);
    }

    /// <summary>d silu / dx = s + x s (1 - s) with s = sigmoid(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector SiluDerivative<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        // 1 - s is 0 beyond 17 or so; the bound keeps infinity times 0 away.
        x = TOps.Min(TOps.Broadcast(87f), x);
        TVector s = TOps.Divide(TOps.Broadcast(1f), OnePlusExpNegated<TOps, TVector>(ref x));
        return TOps.MultiplyAdd(TOps.Multiply(x, s), TOps.Subtract(TOps.Broadcast(1f), s), s);
    }

    /// <summary>
    /// 1 + e^-x with x raised to -87 at least, error at most 1 ulp. Fewer steps that wait for each other than in <see cref="Exp"/> and a
    /// sum: with -x = n ln 2 + r it is (1 + 2^n) + 2^n (e^r - 1).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector OnePlusExpNegated<TOps, TVector>(ref TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        // The order of the operands keeps NaN.
        x = TOps.Max(TOps.Broadcast(-87f), x);
        TVector r = TOps.Negate(TOps.Min(TOps.Broadcast(87f), x)), n = TOps.Round(TOps.Multiply(r, TOps.Broadcast(Log2E)));
        r = TOps.MultiplyAdd(n, TOps.Broadcast(-LnTwoLow), TOps.MultiplyAdd(n, TOps.Broadcast(-LnTwoHigh), r));
        TVector square = TOps.Multiply(r, r), power = TOps.PowerOfTwo(n, 0);
        TVector lower = TOps.MultiplyAdd(TOps.Broadcast(Exp1), r, TOps.Broadcast(Exp0)),
            upper = TOps.MultiplyAdd(TOps.Broadcast(Exp3), r, TOps.Broadcast(Exp2));
        upper = TOps.MultiplyAdd(TOps.Broadcast(Exp4), square, upper);
        TVector expMinusOne = TOps.MultiplyAdd(square, TOps.MultiplyAdd(upper, square, lower), r);
        return TOps.MultiplyAdd(power, expMinusOne, TOps.Add(TOps.Broadcast(1f), power));
    }

    /// <summary>ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|), error at most 1.6 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Softplus<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector e = ExpUpToOne<TOps, TVector>(TOps.Or(x, TOps.BroadcastBits(0x80000000)));
        return TOps.Add(TOps.Max(TOps.Zero, x), LogOnePlus<TOps, TVector>(e));
    }

    /// <summary>max(x, 0); NaN for NaN on x86 and Arm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Relu<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged =>
        TOps.Max(TOps.Zero, x);

    /// <summary>1 above 0, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ReluDerivative<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged =>
        TOps.And(TOps.Less(TOps.Zero, x), TOps.Broadcast(1f));
}
