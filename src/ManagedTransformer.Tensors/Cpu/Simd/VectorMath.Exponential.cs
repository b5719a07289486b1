using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu.Simd;

internal static partial class VectorMath
{
    private const float Log2E = 1.44269504f;

    // ln 2 in two parts; the first has 9 significant bits, so that n LnTwoHigh is exact for every exponent n.
    private const float LnTwoHigh = 0.693359375f, LnTwoLow = -2.12194440e-4f;

    // e^r = 1 + r + r^2 (c0 + c1 r + ...) for |r| at most ln(2) / 2, minimax.
    private const float Exp0 = 0.49999994f, Exp1 = 0.1666652f, Exp2 = 0.041668393f, Exp3 = 0.0083687808f, Exp4 = 0.0013814465f;

    /// <summary>e^x, error at most 0.98 ulp; 0 below -103.98, infinity above 88.72, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        // The order of the operands keeps NaN. Beyond these bounds the result is infinite or 0.
        x = TOps.Max(TOps.Broadcast(-104f), TOps.Min(TOps.Broadcast(89f), x));
        TVector n = ReduceExponent<TOps, TVector>(ref x);
        return TOps.ScaleByPowerOfTwo(TOps.Add(ReducedExpMinusOne<TOps, TVector>(x), TOps.Broadcast(1f)), n);
    }

    /// <summary>
    /// <see cref="Exp"/> of x up to 0, where it is at most 1: of differences to a largest number, of negated magnitudes and squares.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ExpUpToOne<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        // The order of the operands keeps NaN. Below this bound the result is 0.
        x = TOps.Max(TOps.Broadcast(-104f), x);
        TVector n = ReduceExponent<TOps, TVector>(ref x), minusOne = ReducedExpMinusOne<TOps, TVector>(x);
        if (TOps.ScalesAtOnce)
        {
            return TOps.ScaleByPowerOfTwo(TOps.Add(minusOne, TOps.Broadcast(1f)), n);
        }

        // 2^n may leave the range of normal numbers, 2^-64 and 2^(n + 64) do not, nor does 2^-64 e^r: only the last product rounds again.
        TVector small = TOps.Broadcast(1f / (1L << 32) / (1L << 32));
        return TOps.Multiply(TOps.MultiplyAdd(minusOne, small, small), TOps.PowerOfTwo(n, 64));
    }

    /// <summary>e^x - 1 for x from 0 to 88, error at most 2 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ExpMinusOne<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector n = ReduceExponent<TOps, TVector>(ref x);
        TVector power = TOps.PowerOfTwo(n, 0);
        return TOps.MultiplyAdd(power, ReducedExpMinusOne<TOps, TVector>(x), TOps.Subtract(power, TOps.Broadcast(1f)));
    }

    /// <summary>x = n ln 2 + r with |r| at most ln(2) / 2: gives n, and r in x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ReduceExponent<TOps, TVector>(ref TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector n = TOps.Round(TOps.Multiply(x, TOps.Broadcast(Log2E)));
        x = TOps.MultiplyAdd(n, TOps.Broadcast(-LnTwoLow), TOps.MultiplyAdd(n, TOps.Broadcast(-LnTwoHigh), x));
        return n;
    }

    /// <summary>e^r - 1 = r + r^2 q(r) for |r| at most ln(2) / 2, q a minimax polynomial (relative error of the sum 3e-9).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ReducedExpMinusOne<TOps, TVector>(TVector r)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector q = Polynomial<TOps, TVector>(r, Exp0, Exp1, Exp2, Exp3, Exp4);
        return TOps.MultiplyAdd(TOps.Multiply(r, r), q, r);
    }
}
