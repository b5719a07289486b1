using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Random;

/// <summary>0 where u is below the probability, else x / (1 - probability).</summary>
internal readonly struct DropoutFunction<TOps, TVector>(float probability) : IWordFunction<TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public static bool ReadsInput => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value(TVector words, TVector x)
    {
        TVector dropped = TOps.Less(PhiloxBlocks<TOps, TVector>.ToUnit(words), TOps.Broadcast(probability));
        return TOps.AndNot(TOps.Divide(x, TOps.Broadcast(1f - probability)), dropped);
    }
}
