namespace ManagedTransformer.Tensors;

/// <summary>
/// A trainable tensor: it requires a gradient and outlives every step. A parameter may be a range of rows of a larger, packed one, so that
/// several named weights (query, key, value) take part in one matrix product while each keeps its name, gradient and optimiser state.
/// </summary>
public sealed class Parameter : Tensor
{
    private readonly Parameter? _packed;
    private readonly int _start;

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

    /// <summary>Gradients of single rows, where a lookup was asked for sparse gradients; null otherwise.</summary>
    public RowGradient? RowGradient { get; internal set; }

    /// <summary>A parameter that is a range of rows of this one.</summary>
    /// <param name="start">First row.</param><param name="rows">Number of rows.</param>
    public Parameter Rows(int start, int rows)
    {
        using NoGradientScope _ = new();
        return new Parameter(this, Detach().Slice(0, start, rows), start);
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
            RowGradient?.Release();
        }

        RowGradient = null;
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

    internal bool IsRows => _packed is not null;
}
