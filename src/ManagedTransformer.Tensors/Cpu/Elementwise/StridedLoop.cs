using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>Reads vectors from rows of any stride.</summary>
internal static unsafe class StridedLoop<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>The elements row[0], row[stride], ..., at most a vector full; other lanes hold any value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Read(float* row, long stride, long count)
    {
        if (stride == 0)
        {
            return TOps.Broadcast(*row);
        }

        if (stride == 1)
        {
            return VectorTail<TOps, TVector>.LoadUpTo(row, count);
        }

        return Collect(row, stride, (int)Math.Min(count, TOps.Count));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TVector Collect(float* row, long stride, int count)
    {
        TVector value = default;
        for (int i = 0; i < count; i++)
        {
            ((float*)&value)[i] = row[i * stride];
        }

        return value;
    }
}
