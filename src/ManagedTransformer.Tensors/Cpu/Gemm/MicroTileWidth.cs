using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Columns of a micro-tile of C: two vectors.</summary>
internal readonly struct MicroTileWidth<TOps, TVector> : IConstant
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public static int Value => 2 * TOps.Count;
}
