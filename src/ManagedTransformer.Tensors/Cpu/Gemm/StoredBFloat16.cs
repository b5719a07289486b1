using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Elements stored as BFloat16, widened as they are read.</summary>
internal readonly unsafe struct StoredBFloat16<TOps, TVector> : IStored<TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(byte* source) => TOps.ShiftLeft(TOps.LoadHalves((ushort*)source), 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* source) => BitConverter.UInt32BitsToSingle((uint)*(ushort*)source << 16);
}
