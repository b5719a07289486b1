using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu.Simd;

internal static unsafe partial class VectorMath
{
    // Up to here a three-part pi / 2 leaves an exact enough remainder; larger angles go lane by lane through double precision.
    private const float LargestReducedAngle = 20_000f;

    /// <summary>sin x, error at most 1.5 ulp (near zeros away from 0: 1e-7 absolute); NaN at infinities.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sin<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector y = SinOfQuadrants<TOps, TVector>(x, 0);
        return TOps.Any(Unreduced<TOps, TVector>(x)) ? EachLane<TOps, TVector>(x, y, cosine: false) : y;
    }

    /// <summary>cos x, error at most 1.5 ulp (near zeros: 1e-7 absolute); NaN at infinities.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Cos<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector y = SinOfQuadrants<TOps, TVector>(x, 1);
        return TOps.Any(Unreduced<TOps, TVector>(x)) ? EachLane<TOps, TVector>(x, y, cosine: true) : y;
    }

    /// <summary>cos(2 pi u + quadrants pi / 2) for u from 0 to 1 and small integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector CosOfTurns<TOps, TVector>(TVector u, TVector quadrants)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector n = TOps.Round(TOps.Multiply(u, TOps.Broadcast(4f)));
        TVector rest = TOps.NegatedMultiplyAdd(n, TOps.Broadcast(0.25f), u);
        TVector turned = TOps.AddIntegers(TOps.AddIntegers(TOps.ToIntegers(n), quadrants), TOps.BroadcastBits(1));
        return SinOfRemainder<TOps, TVector>(TOps.Multiply(rest, TOps.Broadcast(6.28318531f)), turned);
    }

    /// <summary>sin(x + shift pi / 2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector SinOfQuadrants<TOps, TVector>(TVector x, uint shift)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        // pi / 2 in three parts of few bits each (Cody and Waite), so that products with the quadrant's number are exact.
        TVector n = TOps.Round(TOps.Multiply(x, TOps.Broadcast(0.636619772f)));
        TVector r = TOps.NegatedMultiplyAdd(n, TOps.Broadcast(1.5703125f), x);
        r = TOps.NegatedMultiplyAdd(n, TOps.Broadcast(4.83751297e-4f), r);
        r = TOps.NegatedMultiplyAdd(n, TOps.Broadcast(7.54978995e-8f), r);
        return SinOfRemainder<TOps, TVector>(r, TOps.AddIntegers(TOps.ToIntegers(n), TOps.BroadcastBits(shift)));
    }

    /// <summary>sin(r + quadrant pi / 2) for |r| at most pi / 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector SinOfRemainder<TOps, TVector>(TVector r, TVector quadrant)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector u = TOps.Multiply(r, r);
        TVector sin = TOps.MultiplyAdd(TOps.Multiply(u, r), Polynomial<TOps, TVector>(u, -0.16666655f, 0.0083321733f, -0.00019516656f), r);
        TVector cos = TOps.MultiplyAdd(TOps.Multiply(u, u), Polynomial<TOps, TVector>(u, 0.041666653f, -0.0013887649f, 2.4463166e-05f),
            TOps.MultiplyAdd(u, TOps.Broadcast(-0.5f), TOps.Broadcast(1f)));
        TVector odd = TOps.EqualIntegers(TOps.And(quadrant, TOps.BroadcastBits(1)), TOps.BroadcastBits(1));
        TVector sign = TOps.ShiftLeft(TOps.And(quadrant, TOps.BroadcastBits(2)), 30);
        return TOps.Xor(TOps.Select(odd, cos, sin), sign);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Unreduced<TOps, TVector>(TVector x)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged =>
        TOps.Less(TOps.Broadcast(LargestReducedAngle), TOps.Abs(x));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TVector EachLane<TOps, TVector>(TVector x, TVector y, bool cosine)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        float* from = (float*)&x;
        float* to = (float*)&y;
        for (int lane = 0; lane < TOps.Count; lane++)
        {
            if (MathF.Abs(from[lane]) > LargestReducedAngle)
            {
                to[lane] = (float)(cosine ? Math.Cos(from[lane]) : Math.Sin(from[lane]));
            }
        }

        return y;
    }
}
