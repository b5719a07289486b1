using ManagedTransformer.Tensors.Cpu.Indexing;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Optimizers;

/// <summary>Sum of squares of row gradients in double precision, one partial sum per range of places of fixed length.</summary>
internal unsafe struct RowSquareSum<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public ContributionSums<TOps, TVector> Sums;
    public double* Parts;
    public long Range;

    public readonly void Execute(long start, long end)
    {
        float* gradient = stackalloc float[ContributionSums<TOps, TVector>.Block];
        double total = 0;
        for (long place = Sums.FirstBeginning(start); place < end;)
        {
            long next = Sums.FirstBeginning(place + 1);
            for (long column = 0; column < Sums.Width; column += ContributionSums<TOps, TVector>.Block)
                total += Squares(gradient, Sums.Add(place, next, column, gradient));
            place = next;
        }

        Parts[start / Range] = total;
    }

    private static double Squares(float* x, int count)
    {
        TVector a = TOps.Zero, b = TOps.Zero;
        for (int i = 0; i < count; i += TOps.Count)
        {
            TVector values = VectorTail<TOps, TVector>.LoadUpTo(x + i, count - i);
            TVector lower = TOps.WidenLower(values), upper = TOps.WidenUpper(values);
            a = TOps.MultiplyAddDoubles(lower, lower, a);
            b = TOps.MultiplyAddDoubles(upper, upper, b);
        }

        return TOps.SumDoubles(a) + TOps.SumDoubles(b);
    }
}
