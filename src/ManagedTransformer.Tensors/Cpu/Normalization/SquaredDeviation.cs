using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Reductions;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>(x - mean)^2 with one mean per column.</summary>
internal readonly unsafe struct SquaredDeviation<TOps, TVector>(float* x, float* mean) : IColumnTerm<TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Load(long offset, long column, long count)
    {
        TVector deviation = TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(x + offset, count),
            VectorTail<TOps, TVector>.LoadUpTo(mean + column, count));
        return TOps.Multiply(deviation, deviation);
    }
}
