using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors;

/// <summary>Distances, in elements, between neighbours along each axis of a tensor; 0 repeats one element (broadcasting).</summary>
internal struct Strides : IEquatable<Strides>
{
    private Values _values;

    /// <summary>The distance between neighbours along an axis.</summary>
    /// <param name="axis">0 .. <see cref="Shape.MaxRank"/> - 1.</param>
    public long this[int axis]
    {
        readonly get => _values[axis];
        set => _values[axis] = value;
    }

    /// <summary>Row-major strides of a shape: the last axis has stride 1.</summary>
    /// <param name="shape">The shape.</param>
    public static Strides Contiguous(Shape shape)
    {
        Strides strides = default;
        long step = 1;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = step;
            step *= shape[axis];
        }

        return strides;
    }

    /// <summary>True if elements of the shape lie row-major without gaps under these strides. Axes of size 1 are ignored.</summary>
    /// <param name="shape">The shape.</param>
    public readonly bool IsContiguous(Shape shape)
    {
        long step = 1;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            if (shape[axis] != 1 && _values[axis] != step)
            {
                return shape.Count == 0;
            }

            step *= shape[axis];
        }

        return true;
    }

    /// <inheritdoc/>
    public readonly bool Equals(Strides other)
    {
        for (int axis = 0; axis < Shape.MaxRank; axis++)
        {
            if (_values[axis] != other._values[axis])
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Strides other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(_values[0], _values[1], _values[2], _values[3], _values[4], _values[5]);

    /// <summary>Equality along every axis.</summary>
    public static bool operator ==(Strides left, Strides right) => left.Equals(right);

    /// <summary>Difference along any axis.</summary>
    public static bool operator !=(Strides left, Strides right) => !left.Equals(right);

    [InlineArray(Shape.MaxRank)]
    private struct Values
    {
        private long _first;
    }
}
