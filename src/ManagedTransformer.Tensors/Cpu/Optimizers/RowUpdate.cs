using ManagedTransformer.Tensors.Cpu.Indexing;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Optimizers;

/// <summary>
/// A step for every table row that has contributions. An item is a place in the sorted contributions; the piece of work in which a row's
/// contributions begin does the whole row, so no two pieces write to the same row and the sums have one order.
/// </summary>
internal unsafe struct RowUpdate<TOps, TVector, TStep> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TStep : unmanaged, IRowStep
{
    /// <summary>Number of places ahead at which rows are asked for: about as long as memory takes to answer.</summary>
    private const int Ahead = 4;

    /// <summary>Columns between two requests: spread over the work, they are answered sooner than those of a whole row at once.</summary>
    private const int Piece = 128;

    public ContributionSums<TOps, TVector> Sums;
    public TStep Step;

    public static void Run(in RowContributions gradient, TStep step)
    {
        var job = new RowUpdate<TOps, TVector, TStep> { Sums = new ContributionSums<TOps, TVector>(gradient), Step = step };
        Ranges.RunRows(gradient.Count, gradient.Width, ref job);
    }

    public readonly void Execute(long start, long end)
    {
        float* gradient = stackalloc float[ContributionSums<TOps, TVector>.Block];
        for (long place = Sums.FirstBeginning(start); place < end;)
        {
            long next = Sums.FirstBeginning(place + 1), row = Sums.Row(place) * Sums.Width;
            long later = Sums.Row(Math.Min(place + Ahead, Sums.Count - 1)) * Sums.Width;
            for (long column = 0; column < Sums.Width; column += ContributionSums<TOps, TVector>.Block)
            {
                float* sum = Sums.Kept(place, column);
                int count = (int)Math.Min(ContributionSums<TOps, TVector>.Block, Sums.Width - column);
                if (sum == null)
                {
                    Sums.Add(place, next, column, gradient);
                    sum = gradient;
                }

                for (int i = 0; i < count; i += Piece)
                {
                    int piece = Math.Min(Piece, count - i);
                    Step.AskFor(later + column + i, piece);
                    Step.Update(row + column + i, sum + i, piece);
                }
            }

            place = next;
        }
    }
}
