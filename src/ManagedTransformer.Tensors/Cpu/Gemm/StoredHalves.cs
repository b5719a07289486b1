using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Elements stored as BFloat16, widened as they are read.</summary>
internal readonly unsafe struct StoredHalves<TVector, TLanes> : IStored<TVector>
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(byte* source) => TLanes.LoadHalves((ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* source) => BitConverter.UInt32BitsToSingle((uint)*(ushort*)source << 16);
}
