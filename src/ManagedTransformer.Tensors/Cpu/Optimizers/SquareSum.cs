using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Optimizers;

/// <summary>Sum of squares in double precision, one partial sum per range of fixed length.</summary>
internal unsafe struct SquareSum<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* X;
    public double* Parts;

    public readonly void Execute(long start, long end)
    {
        TVector a = TOps.Zero, b = TOps.Zero;
        for (long i = start; i < end; i += TOps.Count)
        {
            TVector x = VectorTail<TOps, TVector>.LoadUpTo(X + i, end - i);
            TVector lower = TOps.WidenLower(x), upper = TOps.WidenUpper(x);
            a = TOps.MultiplyAddDoubles(lower, lower, a);
            b = TOps.MultiplyAddDoubles(upper, upper, b);
        }

        Parts[start / Ranges.Grain] = TOps.SumDoubles(a) + TOps.SumDoubles(b);
    }
}
