using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Elements stored as floats.</summary>
internal readonly unsafe struct StoredFloats<TVector, TLanes> : IStored<TVector>
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(byte* source) => TLanes.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* source) => *(float*)source;
}
