using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.ProductKeys;

/// <summary>The half keys of slots: slot i keys + j is the pair (i, j).</summary>
internal static unsafe class HalfKeys<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Writes i (half 0) or j (half 1) of some slots; the numbers have room for whole vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Number(int* slots, int count, int keys, int half, int* numbers)
    {
        // 2^32 / keys, rounded up, gives quotients that are one too large at most; of one key it overflows, and all quotients are 0.
        TVector reciprocal = TOps.BroadcastBits(unchecked((uint)((1UL << 32) / (uint)keys) + 1)), divisor = TOps.BroadcastBits((uint)keys);
        for (int m = 0; m < count; m += TOps.Count)
        {
            TVector slot = VectorTail<TOps, TVector>.LoadUpTo((float*)slots + m, count - m), first = TOps.MultiplyHigh(slot, reciprocal);
            TVector second = TOps.SubtractIntegers(slot, TOps.MultiplyIntegers(first, divisor));
            TVector isBelow = TOps.ShiftRightSigned(second, 31);
            TOps.Store(
                half == 0 ? TOps.AddIntegers(first, isBelow) : TOps.AddIntegers(second, TOps.And(isBelow, divisor)), (float*)numbers + m);
        }
    }
}
