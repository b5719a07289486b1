namespace ManagedTransformer.Tensors;

/// <summary>
/// A trainable tensor: it requires a gradient and outlives every step. A parameter may be a range of rows of a larger, packed one, so that
/// several named weights (query, key, value) take part in one matrix product while each keeps its name, gradient and optimiser state.
/// </summary>
public sealed class Parameter : Tensor
{
    private readonly Parameter? _packed;
    private readonly int _start;
    private readonly List<Parameter> _ranges = [];
    private RowGradient? _rows;
    private (RowGradient Whole, RowGradient Part)? _part;

    /// <summary>A parameter that takes over a contiguous Float32 tensor.</summary>
    /// <param name="value">The initial value.</param>
    /// <exception cref="ArgumentException">Not contiguous, or not Float32.</exception>
    public Parameter(Tensor value)
        : base(value.Storage, value.Offset, value.Shape, value.Strides, value.DType)
    {
        if (!value.IsContiguous || value.DType != DType.Float32)
        {
            throw new ArgumentException("A parameter needs a contiguous Float32 tensor.", nameof(value));
        }

        value.Keep();
        RequiresGradient = true;
    }

    private Parameter(Parameter packed, Tensor rows, int start)
        : base(rows.Storage, rows.Offset, rows.Shape, rows.Strides, rows.DType)
    {
        _packed = packed;
        _start = start;
        RequiresGradient = true;
    }

    /// <inheritdoc/>
    public override Tensor? Gradient
    {
        get => _packed is null ? base.Gradient : _packed.Gradient?.Slice(0, _start, Shape[0]);
        internal set
        {
            if (_packed is not null)
            {
                throw new InvalidOperationException("The gradient of a range of rows lives in the packed parameter.");
            }

            base.Gradient = value;
        }
    }

    /// <summary>
    /// Gradients of single rows, where a lookup was asked for sparse gradients, of this parameter or of the one that it is a range of; null
    /// otherwise.
    /// </summary>
    public RowGradient? RowGradient
    {
        get => _rows ?? RowsOfPacked();
        internal set => _rows = value;
    }

    /// <summary>
    /// A parameter that is a range of rows of this one. The whole needs a gradient as long as one of its ranges does: where all are frozen,
    /// backward leaves the matrix out.
    /// </summary>
    /// <param name="start">First row.</param>
    /// <param name="rows">Number of rows.</param>
    public Parameter Rows(int start, int rows)
    {
        using NoGradientScope _ = new();
        Parameter range = new(this, Detach().Slice(0, start, rows), start);
        _ranges.Add(range);
        return range;
    }

    /// <inheritdoc/>
    public override void ClearGradient(bool release = false)
    {
        if (_packed is null)
        {
            base.ClearGradient(release);
        }
        else
        {
            _packed.ClearGradient(release);
        }

        if (release)
        {
            _rows?.Release();
        }

        _rows = null;
        _part = null;
    }

    /// <summary>
    /// Rounds the values to BFloat16, to nearest even, to save memory and the time to read it. The parameter serves inference alone from
    /// then on. Of a packed parameter and its ranges of rows, all are rounded together.
    /// </summary>
    public void Round() => Round(DType.BFloat16);

    /// <summary>Whether the values can be stored in a type: lookups move pairs of halves, and integers are for matrices.</summary>
    /// <param name="dtype">The type.</param>
    public bool CanBe(DType dtype) => dtype switch
    {
        DType.Float32 => true,
        DType.BFloat16 => Rank == 2 && Shape[1] % 2 == 0,
        DType.Int8 or DType.Int4 => Rank == 2,
        _ => false,
    };

    /// <summary>As <see cref="Round()"/>, to BFloat16 or, of a matrix, to Int8 or Int4.</summary>
    /// <param name="dtype">The type that the values get; where they have another than Float32 already, they keep it.</param>
    /// <exception cref="ArgumentException">Integers cannot hold a number that is not finite.</exception>
    /// <exception cref="NotSupportedException">The device has no small integers.</exception>
    public void Round(DType dtype)
    {
        if (_packed is not null)
        {
            _packed.Round(dtype);
        }
        else if (DType == DType.Float32 && dtype != DType.Float32)
        {
            Adopt(Detach().Cast(dtype));
        }
    }

    /// <summary>Has a tensor's elements for its own from now on, and returns the memory of the old ones.</summary>
    /// <param name="values">The same shape; of another type than Float32, so that the parameter serves inference alone.</param>
    internal void Adopt(Tensor values)
    {
        ClearGradient();
        Storage exact = Storage;
        values.Keep();
        TakeOver(values, values.Offset);
        foreach (Parameter range in _ranges)
        {
            range.TakeOver(values, values.Offset + (range._start * (Count / Math.Max(1, Shape[0]))));
        }

        exact.Release();
    }

    /// <summary>The same without what the packed parameter has.</summary>
    internal RowGradient? OwnRowGradient => _rows;

    private RowGradient? RowsOfPacked()
    {
        if (_packed?.RowGradient is not { } whole)
        {
            return null;
        }

        if (_part is not { } part || part.Whole != whole)
        {
            _part = part = (whole, whole.InRange(_start, Shape[0]));
        }

        return part.Part;
    }

    private protected override void OnRequiresGradientSet() =>
        _packed?.FollowRequiresGradient(RequiresGradient || _packed._ranges.Exists(range => range.RequiresGradient));

    private void TakeOver(Tensor rounded, long offset)
    {
        RequiresGradient = false;
        (Storage, Offset, DType) = (rounded.Storage, offset, rounded.DType);
    }

    /// <summary>The gradient to add to, made of zeros if there is none.</summary>
    internal Tensor GradientToAddTo()
    {
        Parameter owner = _packed ?? this;
        if (owner.Gradient is null)
        {
            owner.Gradient = Zeros(owner.Shape, Device).Keep();
        }

        return Gradient!;
    }

    /// <summary>The packed parameter that this is a range of rows of, or itself.</summary>
    internal Parameter Whole => _packed ?? this;

    internal bool IsRows => _packed is not null;
}
