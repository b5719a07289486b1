using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>To 11 significant bits, halves away from zero, as <c>cvt.rna.tf32</c> rounds.</summary>
internal readonly struct Tf32Rounding<TOps, TVector> : IRounding<TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private const uint Half = 0x1000, Kept = 0xFFFFE000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Round(TVector x) => TOps.Select(TOps.Equal(x, x),
        TOps.And(TOps.AddIntegers(x, TOps.BroadcastBits(Half)), TOps.BroadcastBits(Kept)), x);
}
