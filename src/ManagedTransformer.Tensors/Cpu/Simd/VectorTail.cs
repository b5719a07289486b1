using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu.Simd;

/// <summary>Vectors at the end of an array.</summary>
internal static unsafe class VectorTail<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Mask of the first lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Mask(int count) => TOps.Less(TOps.ToFloats(TOps.IntegerSequence), TOps.Broadcast(count));

    /// <summary>Loads the first elements; the other lanes get <paramref name="fill"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(float* address, int count, float fill) =>
        TOps.Select(Mask(count), TOps.LoadFirst(address, count), TOps.Broadcast(fill));

    /// <summary>Keeps the first lanes and clears the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Keep(TVector value, int count) => TOps.And(value, Mask(count));

    /// <summary>Loads a whole vector, or its first elements where the array ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LoadUpTo(float* address, long count) =>
        count >= TOps.Count ? TOps.Load(address) : TOps.LoadFirst(address, (int)count);

    /// <summary>Stores a whole vector, or its first elements where the array ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreUpTo(TVector value, float* address, long count)
    {
        if (count >= TOps.Count)
        {
            TOps.Store(value, address);
        }
        else
        {
            TOps.StoreFirst(value, address, (int)count);
        }
    }
}
