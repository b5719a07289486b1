using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Random;

/// <summary>
/// mean + deviation z, with Box and Muller's z = r cos(2 pi u1) in even elements and r sin(2 pi u1) in odd ones, r = sqrt(-2 ln(1 - u0)).
/// </summary>
internal readonly struct NormalFunction<TOps, TVector>(float mean, float deviation) : IWordFunction<TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public static bool ReadsInput => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value(TVector words, TVector x)
    {
        // Both lanes of a pair get both numbers: u0 copied from the even lane, u1 from the odd one.
        TVector u = PhiloxBlocks<TOps, TVector>.ToUnit(words);
        TVector one = TOps.Broadcast(1f);
        TVector radius =
            TOps.Sqrt(TOps.Multiply(TOps.Broadcast(-2f), VectorMath.Log<TOps, TVector>(TOps.Subtract(one, TOps.RepeatEven(u)))));
        TVector odd = TOps.EqualIntegers(TOps.And(TOps.IntegerSequence, TOps.BroadcastBits(1)), TOps.BroadcastBits(1));

        // sin(2 pi u) is cos(2 pi u) a quarter of a turn earlier.
        TVector wave = VectorMath.CosOfTurns<TOps, TVector>(TOps.RepeatOdd(u), TOps.And(odd, TOps.BroadcastBits(3)));
        return TOps.Add(TOps.Broadcast(mean), TOps.Multiply(TOps.Broadcast(deviation), TOps.Multiply(radius, wave)));
    }
}
