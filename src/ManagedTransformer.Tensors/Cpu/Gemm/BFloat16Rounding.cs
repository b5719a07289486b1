using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>To 8 significant bits, halves to even, as <c>cvt.rn.bf16</c> rounds.</summary>
internal readonly struct BFloat16Rounding<TOps, TVector> : IRounding<TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private const uint BelowHalf = 0x7FFF, Kept = 0xFFFF0000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Round(TVector x)
    {
        TVector odd = TOps.And(TOps.ShiftRight(x, 16), TOps.BroadcastBits(1));
        TVector raised = TOps.AddIntegers(TOps.AddIntegers(x, TOps.BroadcastBits(BelowHalf)), odd);
        return TOps.Select(TOps.Equal(x, x), TOps.And(raised, TOps.BroadcastBits(Kept)), x);
    }
}
