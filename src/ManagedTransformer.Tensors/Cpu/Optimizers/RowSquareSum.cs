using ManagedTransformer.Tensors.Cpu.Indexing;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Optimizers;

/// <summary>
/// Sum of squares of row gradients in double precision, one partial sum per range of places of fixed length. A row with a single
/// contribution has the squares of its value times that of the weight, so values that many contributions share are squared once,
/// beforehand.
/// </summary>
internal unsafe struct RowSquareSum<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public ContributionSums<TOps, TVector> Sums;

    /// <summary>
    /// The squares of every value; null: each row is added up and squared, which also keeps the sums if there is room for them.
    /// </summary>
    public double* ValueSquares;

    public double* Parts;
    public long Range;

    public readonly void Execute(long start, long end)
    {
        float* gradient = stackalloc float[ContributionSums<TOps, TVector>.Block];
        double total = 0;
        for (long place = Sums.FirstBeginning(start); place < end;)
        {
            long next = Sums.FirstBeginning(place + 1);
            if (ValueSquares != null && next == place + 1)
            {
                double weight = Sums.Weight(place);
                total += weight * weight * ValueSquares[Sums.Value(place)];
            }
            else
            {
                for (long column = 0; column < Sums.Width; column += ContributionSums<TOps, TVector>.Block)
                {
                    float* sum = Sums.Kept(place, column);
                    sum = sum == null ? gradient : sum;
                    total += SquareSum<TOps, TVector>.Of(sum, Sums.Add(place, next, column, sum));
                }
            }

            place = next;
        }

        Parts[start / Range] = total;
    }
}
