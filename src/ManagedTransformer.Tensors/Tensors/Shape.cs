using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors;

/// <summary>The sizes of a tensor's axes, outermost first. A value: no allocation, at most <see cref="MaxRank"/> axes.</summary>
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>The largest number of axes.</summary>
    public const int MaxRank = 6;

    private readonly Sizes _sizes;

    /// <summary>A shape of the given sizes.</summary>
    /// <param name="sizes">Sizes, outermost first, each at least 0.</param>
    /// <exception cref="ArgumentException">More than <see cref="MaxRank"/> sizes, or a negative one.</exception>
    public Shape(params ReadOnlySpan<int> sizes)
    {
        if (sizes.Length > MaxRank)
        {
            throw new ArgumentException($"A shape has at most {MaxRank} axes, {sizes.Length} were given.");
        }

        Rank = sizes.Length;
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            if (sizes[axis] < 0)
            {
                throw new ArgumentException($"Axis {axis} of a shape has the negative size {sizes[axis]}.");
            }

            _sizes[axis] = sizes[axis];
        }
    }

    /// <summary>Number of axes; 0 for a scalar.</summary>
    public int Rank { get; }

    /// <summary>Number of elements: the product of all sizes (1 for a scalar).</summary>
    public long Count
    {
        get
        {
            long count = 1;
            for (int axis = 0; axis < Rank; axis++)
            {
                count *= _sizes[axis];
            }

            return count;
        }
    }

    /// <summary>The size of an axis; negative numbers count from the end (-1 is the last axis).</summary>
    /// <param name="axis">-Rank .. Rank-1.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such axis.</exception>
    public int this[int axis] => _sizes[Axis(axis)];

    /// <summary>Makes an axis number non-negative.</summary>
    /// <param name="axis">-Rank .. Rank-1.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such axis.</exception>
    public int Axis(int axis)
    {
        int index = axis < 0 ? axis + Rank : axis;
        return (uint)index < (uint)Rank
            ? index
            : throw new ArgumentOutOfRangeException(nameof(axis), $"Axis {axis} does not exist in the shape {this}.");
    }

    /// <summary>The same shape with another size at one axis.</summary>
    /// <param name="axis">The axis to change.</param>
    /// <param name="size">Its new size.</param>
    public Shape With(int axis, int size)
    {
        Span<int> sizes = stackalloc int[MaxRank];
        CopyTo(sizes);
        sizes[Axis(axis)] = size;
        return new Shape(sizes[..Rank]);
    }

    /// <summary>The same shape without one axis.</summary>
    /// <param name="axis">The axis to leave out.</param>
    public Shape Without(int axis)
    {
        axis = Axis(axis);
        Span<int> sizes = stackalloc int[MaxRank];
        int rank = 0;
        for (int i = 0; i < Rank; i++)
        {
            if (i != axis)
            {
                sizes[rank++] = _sizes[i];
            }
        }

        return new Shape(sizes[..rank]);
    }

    /// <summary>The same shape with one more axis at the given place.</summary>
    /// <param name="axis">Place of the new axis, 0 .. Rank, or negative from the end (-1 appends).</param>
    /// <param name="size">Its size.</param>
    public Shape Insert(int axis, int size)
    {
        int at = axis < 0 ? axis + Rank + 1 : axis;
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)at, (uint)Rank, nameof(axis));
        Span<int> sizes = stackalloc int[MaxRank + 1];
        for (int i = 0; i < Rank; i++)
        {
            sizes[i < at ? i : i + 1] = _sizes[i];
        }

        sizes[at] = size;
        return new Shape(sizes[..(Rank + 1)]);
    }

    /// <summary>Writes the sizes into a span of at least <see cref="Rank"/> elements.</summary>
    /// <param name="destination">Receives the sizes.</param>
    public void CopyTo(Span<int> destination)
    {
        for (int axis = 0; axis < Rank; axis++)
        {
            destination[axis] = _sizes[axis];
        }
    }

    /// <summary>The sizes as a new array.</summary>
    public int[] ToArray()
    {
        int[] sizes = new int[Rank];
        CopyTo(sizes);
        return sizes;
    }

    /// <inheritdoc/>
    public bool Equals(Shape other)
    {
        if (Rank != other.Rank)
        {
            return false;
        }

        for (int axis = 0; axis < Rank; axis++)
        {
            if (_sizes[axis] != other._sizes[axis])
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        for (int axis = 0; axis < Rank; axis++)
        {
            hash.Add(_sizes[axis]);
        }

        return hash.ToHashCode();
    }

    /// <summary>The shape as <c>[2, 3]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", ToArray())}]";

    /// <summary>Equality of all sizes.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Difference in rank or any size.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>The shape that both broadcast to: axes are aligned at the end, sizes are equal or one of them is 1.</summary>
    /// <param name="left">One shape.</param>
    /// <param name="right">The other.</param>
    /// <param name="operation">Named in the error.</param>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Shape Broadcast(Shape left, Shape right, string operation)
    {
        int rank = Math.Max(left.Rank, right.Rank);
        Span<int> sizes = stackalloc int[MaxRank];
        for (int i = 1; i <= rank; i++)
        {
            int a = i <= left.Rank ? left._sizes[left.Rank - i] : 1;
            int b = i <= right.Rank ? right._sizes[right.Rank - i] : 1;
            if (a != b && a != 1 && b != 1)
            {
                throw new ArgumentException(
                    $"{operation}: the shapes {left} and {right} do not broadcast, axis -{i} has the sizes {a} and {b}.");
            }

            sizes[rank - i] = a == 1 ? b : a;
        }

        return new Shape(sizes[..rank]);
    }

    [InlineArray(MaxRank)]
    private struct Sizes
    {
        private int _first;
    }
}
