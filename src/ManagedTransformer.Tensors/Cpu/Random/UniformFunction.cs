using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Random;

/// <summary>low + width u.</summary>
internal readonly struct UniformFunction<TOps, TVector>(float low, float width) : IWordFunction<TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public static bool ReadsInput => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value(TVector words, TVector x) =>
        TOps.Add(TOps.Broadcast(low), TOps.Multiply(TOps.Broadcast(width), PhiloxBlocks<TOps, TVector>.ToUnit(words)));
}
