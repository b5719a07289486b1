using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Reductions;

/// <summary>The sum.</summary>
internal readonly struct SumFold<TOps, TVector> : IFold<TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public static float Identity => 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Combine(TVector a, TVector b) => TOps.Add(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Lanes(TVector a) => TOps.Sum(a);
}
