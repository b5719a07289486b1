using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Reductions;

/// <summary>The elements themselves.</summary>
internal readonly unsafe struct ColumnElements<TOps, TVector>(float* x) : IColumnTerm<TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Load(long offset, long column, long count) => VectorTail<TOps, TVector>.LoadUpTo(x + offset, count);
}
