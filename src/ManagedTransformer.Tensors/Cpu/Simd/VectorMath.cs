using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu.Simd;

/// <summary>
/// Elementary functions of float vectors. A lane's result depends on its argument alone: not on its place in the vector, and with fused
/// multiply-add not on the vector's width either. Errors are stated in units in the last place (ulp) of the exact result, the largest found
/// in a sweep over the floats.
/// </summary>
internal static partial class VectorMath
{
    /// <summary>The polynomial c[0] + c[1] x + c[2] x^2 + ..., highest power first in the chain of multiply-adds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Polynomial<TOps, TVector>(TVector x, float c0, float c1, float c2)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged =>
        TOps.MultiplyAdd(TOps.MultiplyAdd(TOps.Broadcast(c2), x, TOps.Broadcast(c1)), x, TOps.Broadcast(c0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Polynomial<TOps, TVector>(TVector x, float c0, float c1, float c2, float c3, float c4)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged =>
        TOps.MultiplyAdd(TOps.MultiplyAdd(Polynomial<TOps, TVector>(x, c2, c3, c4), x, TOps.Broadcast(c1)), x, TOps.Broadcast(c0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Polynomial<TOps, TVector>(TVector x, float c0, float c1, float c2, float c3, float c4, float c5)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged =>
        TOps.MultiplyAdd(Polynomial<TOps, TVector>(x, c1, c2, c3, c4, c5), x, TOps.Broadcast(c0));

    /// <summary>The sign bit of <paramref name="sign"/> on the magnitude <paramref name="magnitude"/>, which is not negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector WithSignOf<TOps, TVector>(TVector magnitude, TVector sign)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged =>
        TOps.Or(magnitude, TOps.And(sign, TOps.BroadcastBits(0x80000000)));
}
