using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Cpu.Elementwise;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Spaces too large for 32 bits, of which a device of the usual size holds no example.</summary>
public sealed class StridedPieceTests
{
    [Theory]
    [InlineData(new[] { 5, 7, 3 }, new[] { 21L, 3, 1 }, new[] { 0L, 1, 7 }, 1)]
    [InlineData(new[] { 100_000, 100_000 }, new[] { 100_000L, 1 }, new[] { 1L, 100_000 }, 5)]
    [InlineData(new[] { 3, 70_000, 70_000 }, new[] { 4_900_000_000L, 70_000, 1 }, new[] { 0L, 1, 70_000 }, 9)]
    [InlineData(new[] { 3, 4, 5 }, new[] { 20L, 5, 1 }, new[] { 1L, 3_000_000_000, 3 }, 12)]
    [InlineData(new[] { 2_000_000_000, 3 }, new[] { 3L, 1 }, new[] { 3L, 1 }, 3)]
    public void PiecesCoverTheSpaceInOrder(int[] sizes, long[] left, long[] right, int expected)
    {
        var space = new IterationSpace(new Shape(sizes), ToStrides(left), ToStrides(right), ToStrides(right));
        StridedPiece[] pieces = StridedPiece.Cut(space);
        Assert.Equal(expected, pieces.Length);
        long next = 0;
        foreach (StridedPiece piece in pieces)
        {
            Assert.Equal(next, piece.First);
            Assert.InRange(piece.Space.Count, 1u, (uint)int.MaxValue);
            next += piece.Space.Count;
            uint step = Math.Max(1, piece.Space.Count / 997);
            for (long i = 0; i < piece.Space.Count; i += step)
            {
                space.Locate(piece.First + i, out long a, out long b, out _);
                AxisPlace place = piece.Space.Locate((uint)i);
                Assert.Equal(a, piece.StartA + place.Under(piece.A, piece.Space.Rank));
                Assert.Equal(b, piece.StartB + place.Under(piece.B, piece.Space.Rank));
            }
        }

        Assert.Equal(space.Count, next);
    }

    [Fact]
    public void AnEmptySpaceHasNoPieces() =>
        Assert.Empty(StridedPiece.Cut(new IterationSpace(new Shape(3, 0), ToStrides([0, 1]), ToStrides([0, 1]), ToStrides([0, 1]))));

    private static Strides ToStrides(long[] values)
    {
        Strides strides = default;
        for (int axis = 0; axis < values.Length; axis++)
        {
            strides[axis] = values[axis];
        }

        return strides;
    }
}
