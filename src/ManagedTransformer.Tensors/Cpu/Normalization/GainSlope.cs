using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Reductions;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>dy (x - mean) rstd with one mean and rstd per column.</summary>
internal readonly unsafe struct GainSlope<TOps, TVector>(float* x, float* mean, float* rstd, float* dy) : IColumnTerm<TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Load(long offset, long column, long count)
    {
        TVector deviation = TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(x + offset, count),
            VectorTail<TOps, TVector>.LoadUpTo(mean + column, count));
        TVector normal = TOps.Multiply(deviation, VectorTail<TOps, TVector>.LoadUpTo(rstd + column, count));
        return TOps.Multiply(normal, VectorTail<TOps, TVector>.LoadUpTo(dy + offset, count));
    }
}
