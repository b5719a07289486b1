namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>
/// The rows of up to three strided operands over one shape. Axes of size 1 are dropped and neighbouring axes that all operands cross in one
/// stride are merged, so most calls become a single row; the last axis is the row.
/// </summary>
internal unsafe struct IterationSpace
{
    private const int Operands = 3;

    private fixed long _sizes[Shape.MaxRank];
    private fixed long _strides[Shape.MaxRank * Operands];

    /// <summary>The space of a shape whose axes are walked in their order.</summary>
    public IterationSpace(in Shape shape, in Strides a, in Strides b, in Strides c)
    {
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            Append(shape[axis], a[axis], b[axis], c[axis]);
        }

        if (Rank == 0)
        {
            Append(1, 1, 1, 1, evenOne: true);
        }

        Merge();
    }

    /// <summary>Number of axes left, at least 1.</summary>
    public int Rank { get; private set; }

    /// <summary>Length of a row.</summary>
    public readonly long RowLength => Size(Rank - 1);

    /// <summary>Number of elements.</summary>
    public readonly long Count
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

    /// <summary>The space of a copy: the destination decides the order of the axes, its nearest elements form the rows.</summary>
    public static IterationSpace ForCopy(in Shape shape, in Strides source, in Strides destination)
    {
        Span<int> order = stackalloc int[Shape.MaxRank];
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            int place = axis;
            for (; place > 0 && destination[order[place - 1]] < destination[axis]; place--)
            {
                order[place] = order[place - 1];
            }

            order[place] = axis;
        }

        IterationSpace space = default;
        for (int i = 0; i < shape.Rank; i++)
        {
            space.Append(shape[order[i]], source[order[i]], destination[order[i]], 0);
        }

        if (space.Rank == 0)
        {
            space.Append(1, 1, 1, 0, evenOne: true);
        }

        space.Merge();
        return space;
    }

    /// <summary>Size of an axis.</summary>
    public readonly long Size(int axis) => _sizes[axis];

    /// <summary>Stride of an operand (0, 1, 2) along an axis.</summary>
    public readonly long Stride(int axis, int operand) => _strides[(axis * Operands) + operand];

    /// <summary>Stride of an operand within a row.</summary>
    public readonly long RowStride(int operand) => Stride(Rank - 1, operand);

    /// <summary>Takes an axis out.</summary>
    public void Remove(int axis)
    {
        Rank--;
        for (int i = axis; i < Rank; i++)
        {
            Move(i + 1, i);
        }

        if (Rank == 0)
        {
            Append(1, 0, 0, 0, evenOne: true);
        }
    }

    /// <summary>Offsets of the operands at the element with a row-major number.</summary>
    public readonly void Locate(long number, out long a, out long b, out long c)
    {
        a = b = c = 0;
        for (int axis = Rank - 1; axis >= 0; axis--)
        {
            long coordinate = number % _sizes[axis];
            number /= _sizes[axis];
            a += coordinate * Stride(axis, 0);
            b += coordinate * Stride(axis, 1);
            c += coordinate * Stride(axis, 2);
        }
    }

    private void Append(long size, long a, long b, long c, bool evenOne = false)
    {
        if (size == 1 && !evenOne)
        {
            return;
        }

        _sizes[Rank] = size;
        _strides[Rank * Operands] = a;
        _strides[(Rank * Operands) + 1] = b;
        _strides[(Rank * Operands) + 2] = c;
        Rank++;
    }

    private void Merge()
    {
        int last = 0;
        for (int axis = 1; axis < Rank; axis++)
        {
            if (IsContinued(last, axis))
            {
                long size = _sizes[last];
                Move(axis, last);
                _sizes[last] *= size;
            }
            else
            {
                Move(axis, ++last);
            }
        }

        Rank = last + 1;
    }

    private readonly bool IsContinued(int outer, int inner)
    {
        for (int operand = 0; operand < Operands; operand++)
        {
            if (Stride(outer, operand) != Stride(inner, operand) * _sizes[inner])
            {
                return false;
            }
        }

        return true;
    }

    private void Move(int from, int to)
    {
        _sizes[to] = _sizes[from];
        for (int operand = 0; operand < Operands; operand++)
        {
            _strides[(to * Operands) + operand] = _strides[(from * Operands) + operand];
        }
    }
}
