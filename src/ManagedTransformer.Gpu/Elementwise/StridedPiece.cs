using ManagedTransformer.Tensors.Cpu.Elementwise;

namespace ManagedTransformer.Gpu;

/// <summary>
/// A part of a space that kernels can address with 32 bits: fewer than 2^31 elements, which follow one another in row-major order, and
/// strides below 2^31. Nearly every space is one piece.
/// </summary>
internal struct StridedPiece
{
    public StridedSpace Space;

    /// <summary>The strides of the three operands.</summary>
    public AxisStrides A, B, C;

    /// <summary>Where the piece starts in the operands, and the row-major number of its first element.</summary>
    public long StartA, StartB, StartC, First;

    /// <summary>The pieces of a space; none if it is empty.</summary>
    public static StridedPiece[] Cut(IterationSpace space)
    {
        if (space.Count == 0)
        {
            return [];
        }

        if (space.Count <= int.MaxValue && !HasLongStride(space))
        {
            return [Of(space, space.Count)];
        }

        List<StridedPiece> pieces = [];
        Cut(space, default, pieces);
        return [.. pieces];
    }

    /// <summary>True if a stride of an operand needs more than 32 bits.</summary>
    public static bool HasLongStride(in IterationSpace space)
    {
        for (int axis = 0; axis < space.Rank; axis++)
        {
            for (int operand = 0; operand < 3; operand++)
            {
                if (space.Stride(axis, operand) > int.MaxValue)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static void Cut(IterationSpace space, StridedPiece start, List<StridedPiece> pieces)
    {
        bool longStrides = HasLongStride(space);
        if (space.Count <= int.MaxValue && !longStrides)
        {
            pieces.Add(Of(space, space.Count).At(start));
            return;
        }

        long size = space.Size(0), within = space.Count / size;
        if (!longStrides && within <= int.MaxValue)
        {
            long most = int.MaxValue / within;
            for (long i = 0; i < size; i += most)
            {
                pieces.Add(Of(space, Math.Min(most, size - i) * within).At(start.Moved(space, i, within)));
            }

            return;
        }

        IterationSpace inner = space;
        inner.Remove(0);
        for (long i = 0; i < size; i++)
        {
            Cut(inner, start.Moved(space, i, within), pieces);
        }
    }

    private static StridedPiece Of(in IterationSpace space, long count) => new()
    {
        Space = StridedSpace.Of(space, (uint)count),
        A = AxisStrides.Of(space, 0),
        B = AxisStrides.Of(space, 1),
        C = AxisStrides.Of(space, 2),
    };

    private readonly StridedPiece At(in StridedPiece start)
    {
        StridedPiece piece = this;
        (piece.StartA, piece.StartB, piece.StartC, piece.First) = (start.StartA, start.StartB, start.StartC, start.First);
        return piece;
    }

    private readonly StridedPiece Moved(in IterationSpace space, long steps, long within)
    {
        StridedPiece start = this;
        start.StartA += steps * space.Stride(0, 0);
        start.StartB += steps * space.Stride(0, 1);
        start.StartC += steps * space.Stride(0, 2);
        start.First += steps * within;
        return start;
    }
}
