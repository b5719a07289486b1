using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Reductions;

/// <summary>The largest number; NaN if there is one.</summary>
internal readonly struct MaxFold<TOps, TVector> : IFold<TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public static float Identity => float.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Combine(TVector a, TVector b) => TOps.Select(TOps.Equal(a, a), TOps.Max(a, b), a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Lanes(TVector a) => TOps.Any(TOps.AndNot(TOps.BroadcastBits(~0u), TOps.Equal(a, a))) ? float.NaN : TOps.Max(a);
}
