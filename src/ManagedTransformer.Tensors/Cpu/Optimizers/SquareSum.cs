using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Optimizers;

/// <summary>Sum of squares in double precision, one partial sum per range of fixed length.</summary>
internal unsafe struct SquareSum<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* X;
    public double* Parts;

    /// <summary>The sum of squares of a few numbers.</summary>
    public static double Of(float* x, long count)
    {
        TVector a = TOps.Zero, b = TOps.Zero;
        for (long i = 0; i < count; i += TOps.Count)
        {
            TVector values = VectorTail<TOps, TVector>.LoadUpTo(x + i, count - i);
            TVector lower = TOps.WidenLower(values), upper = TOps.WidenUpper(values);
            a = TOps.MultiplyAddDoubles(lower, lower, a);
            b = TOps.MultiplyAddDoubles(upper, upper, b);
        }

        return TOps.SumDoubles(a) + TOps.SumDoubles(b);
    }

    public readonly void Execute(long start, long end) => Parts[start / Ranges.Grain] = Of(X + start, end - start);
}
