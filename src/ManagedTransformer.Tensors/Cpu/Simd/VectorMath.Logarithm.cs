using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu.Simd;

internal static partial class VectorMath
{
    private const float SqrtTwo = 1.41421356f;

    /// <summary>ln x, error at most 0.78 ulp; -infinity at 0, NaN below, infinity at infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Log<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector tiny = TOps.Less(x, TOps.Broadcast(1.17549435e-38f));
        TVector scaled = TOps.Select(tiny, TOps.Multiply(x, TOps.Broadcast(8388608f)), x);
        TVector bias = TOps.Select(tiny, TOps.Broadcast(-23f), TOps.Zero);

        // x = 2^n (1 + f) with sqrt(1/2) <= 1 + f < sqrt 2: the bits of sqrt(1/2) become the zero of the exponent.
        TVector offset = TOps.SubtractIntegers(scaled, TOps.BroadcastBits(0x3F3504F3));
        TVector n = TOps.Add(TOps.ToFloats(TOps.ShiftRightSigned(offset, 23)), bias);
        TVector mantissa = TOps.AddIntegers(TOps.And(offset, TOps.BroadcastBits(0x007FFFFF)), TOps.BroadcastBits(0x3F3504F3));
        TVector y = LogOfMantissa<TOps, TVector>(TOps.Subtract(mantissa, TOps.Broadcast(1f)), n);

        y = TOps.Select(TOps.Less(x, TOps.Broadcast(float.PositiveInfinity)), y, TOps.Add(x, x));
        y = TOps.Select(TOps.Equal(x, TOps.Zero), TOps.Broadcast(float.NegativeInfinity), y);
        return TOps.Select(TOps.Less(x, TOps.Zero), TOps.Broadcast(float.NaN), y);
    }

    /// <summary>ln(1 + x) for x from 0 to 1, error at most 2 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LogOnePlus<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        // 1 + x = 2 (1 + f) with f = (x - 1) / 2 above sqrt 2: no digit of x is lost in the sum 1 + x.
        TVector large = TOps.Less(TOps.Broadcast(SqrtTwo - 1f), x);
        TVector half = TOps.MultiplyAdd(x, TOps.Broadcast(0.5f), TOps.Broadcast(-0.5f));
        return LogOfMantissa<TOps, TVector>(TOps.Select(large, half, x), TOps.And(large, TOps.Broadcast(1f)));
    }

    /// <summary>
    /// n ln 2 + ln(1 + f) with ln(1 + f) = f - f^2 / 2 + f^3 p(f), p a minimax polynomial (relative error of the sum 8e-10).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LogOfMantissa<TOps, TVector>(TVector f, TVector n)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector p = Polynomial<TOps, TVector>(f, -0.16667996f, 0.14219552f, -0.12405589f, 0.11888162f, -0.11675651f, 0.067466393f);
        p = TOps.MultiplyAdd(p, f, TOps.Broadcast(0.20002119f));
        p = TOps.MultiplyAdd(p, f, TOps.Broadcast(-0.25000009f));
        p = TOps.MultiplyAdd(p, f, TOps.Broadcast(0.33333313f));
        TVector square = TOps.Multiply(f, f);
        TVector tail = TOps.MultiplyAdd(TOps.Multiply(square, f), p, TOps.Multiply(n, TOps.Broadcast(LnTwoLow)));
        tail = TOps.NegatedMultiplyAdd(square, TOps.Broadcast(0.5f), tail);
        return TOps.MultiplyAdd(n, TOps.Broadcast(LnTwoHigh), TOps.Add(f, tail));
    }
}
