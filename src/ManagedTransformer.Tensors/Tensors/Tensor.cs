using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

/// <summary>
/// An n-dimensional array on a device: storage, offset, shape and strides. Views (reshape, slice, transpose, expand) share storage.
/// Operators are the extension methods of <see cref="TensorOperators"/>. Tensors need no disposal: memory returns at the end of the step
/// (<see cref="StepScope"/>) or when the tensor is no longer referenced.
/// </summary>
public partial class Tensor
{
    // Null where the elements lie row-major without gaps, as they nearly always do: a step makes hundreds of tensors.
    // Kept where the tensor serves step after step, contiguous in some of them.
    private StrongBox<Strides>? _strides;
    private bool _isStrided;
    private bool _requiresGradient;

    internal Tensor(Storage storage, long offset, Shape shape, in Strides strides, DType dtype)
        : this(storage, offset, shape, dtype) => Strides = strides;

    /// <summary>A contiguous tensor.</summary>
    internal Tensor(Storage storage, long offset, Shape shape, DType dtype)
    {
        Storage = storage;
        Offset = offset;
        Shape = shape;
        DType = dtype;
    }

    /// <summary>Sizes of the axes.</summary>
    public Shape Shape { get; private set; }

    /// <summary>Type of the elements.</summary>
    public DType DType { get; private protected set; }

    /// <summary>Device that holds the elements.</summary>
    public Device Device => Storage.Device;

    /// <summary>Number of axes.</summary>
    public int Rank => Shape.Rank;

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Count;

    /// <summary>True if the elements lie row-major without gaps.</summary>
    public bool IsContiguous => !_isStrided;

    /// <summary>
    /// True if backward brings a gradient here: set it on a tensor that no operator made (a leaf); results of operators have it when an
    /// input has it and recording is on.
    /// </summary>
    /// <exception cref="InvalidOperationException">Set on the result of an operator, or on a tensor that is not Float32.</exception>
    public bool RequiresGradient
    {
        get => _requiresGradient || Producer is not null;
        set
        {
            if (Producer is not null)
            {
                throw new InvalidOperationException(
                    "RequiresGradient can only be set on a tensor that no operator made; use Detach() to cut one off.");
            }

            if (value && DType != DType.Float32)
            {
                throw new InvalidOperationException($"A tensor of {DType} cannot require a gradient, only Float32 can.");
            }

            _requiresGradient = value;
            OnRequiresGradientSet();
        }
    }

    /// <summary>Lets a parameter that shares its memory follow.</summary>
    private protected virtual void OnRequiresGradientSet()
    {
    }

    /// <summary>Changes <see cref="RequiresGradient"/> and tells nobody.</summary>
    private protected void FollowRequiresGradient(bool value) => _requiresGradient = value;

    /// <summary>The gradient that backward walks have summed up here so far; null before the first one. Only leaves have one.</summary>
    public virtual Tensor? Gradient { get; internal set; }

    internal Storage Storage { get; private protected set; }

    internal long Offset { get; private protected set; }

    internal Strides Strides
    {
        get => _isStrided ? _strides!.Value : Strides.Contiguous(Shape);
        private set
        {
            _isStrided = !value.IsContiguous(Shape);
            if (_isStrided)
            {
                (_strides ??= new StrongBox<Strides>()).Value = value;
            }
        }
    }

    /// <summary>Rule by which this tensor's gradient flows on to what it was made from; null for leaves.</summary>
    internal GradientRule? Producer { get; set; }

    internal KernelSet Kernels => Storage.Device.Kernels;

    internal DeviceBuffer Buffer => new(Storage, Offset);

    internal Operand Operand => new(Buffer, Strides);

    /// <summary>Lets this tensor's memory outlive the step that made it.</summary>
    /// <returns>This tensor.</returns>
    public Tensor Keep()
    {
        Storage.Keep();
        return this;
    }

    /// <summary>
    /// Returns this tensor's memory at once, instead of when nothing refers to it any more.
    /// Neither it nor a view of it may be read afterwards.
    /// </summary>
    public void Release() => Storage.Release();

    /// <summary>The same elements without history: no gradient flows through the result.</summary>
    public Tensor Detach() => Create(Storage, Offset, Shape, Strides, DType);

    /// <summary>Forgets the gradient summed up so far.</summary>
    /// <param name="release">
    /// Returns its memory at once, as training loops want it; a reference to the old gradient that somebody kept must not be read any more.
    /// Otherwise the memory returns when nothing refers to it.
    /// </param>
    public virtual void ClearGradient(bool release = false)
    {
        if (release)
        {
            Gradient?.Storage.Release();
        }

        Gradient = null;
    }

    /// <summary>The elements, row-major, in a new array.</summary>
    /// <exception cref="InvalidOperationException">The elements are integers.</exception>
    public float[] ToArray()
    {
        float[] values = new float[Count];
        CopyTo(values);
        return values;
    }

    /// <summary>Copies the elements, row-major, to host memory.</summary>
    /// <param name="destination">As many places as there are elements.</param>
    /// <exception cref="InvalidOperationException">The elements are integers.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void CopyTo(Span<float> destination)
    {
        if (DType == DType.Int32)
        {
            throw new InvalidOperationException(
                "ToArray and CopyTo(float) read numbers, not indices; this tensor holds Int32, "
                + "read it with ToInt32Array or CopyTo(int).");
        }

        RequireLength(destination.Length);
        using NoGradientScope _ = new();
        Tensor source = (HostCopy() ?? this).Cast(DType.Float32).Contiguous();
        source.Device.ReadElements(source.Buffer, destination);
    }

    /// <summary>The elements of an integer tensor, row-major, in a new array.</summary>
    /// <exception cref="InvalidOperationException">The elements are not Int32.</exception>
    public int[] ToInt32Array()
    {
        int[] values = new int[Count];
        CopyTo(values);
        return values;
    }

    /// <summary>Copies the elements of an integer tensor, row-major, to host memory.</summary>
    /// <param name="destination">As many places as there are elements.</param>
    /// <exception cref="InvalidOperationException">The elements are not Int32.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void CopyTo(Span<int> destination)
    {
        if (DType != DType.Int32)
        {
            throw new InvalidOperationException($"ToInt32Array and CopyTo(int) read Int32 tensors; this one holds {DType}.");
        }

        RequireLength(destination.Length);
        Tensor source = (HostCopy() ?? this).Contiguous();
        source.Device.ReadElements(source.Buffer, destination);
    }

    /// <summary>The value of a tensor of one element.</summary>
    /// <exception cref="InvalidOperationException">There is not exactly one element.</exception>
    public float Item()
    {
        if (Count != 1)
        {
            throw new InvalidOperationException($"Item needs a tensor of one element; this one has the shape {Shape}.");
        }

        Span<float> value = stackalloc float[1];
        CopyTo(value);
        return value[0];
    }

    /// <summary>Overwrites the elements of a contiguous tensor from host memory. History is not touched: use it on leaves only.</summary>
    /// <param name="source">As many values as there are elements, row-major.</param>
    /// <exception cref="ArgumentException">The source has another length.</exception>
    /// <exception cref="InvalidOperationException">Not a contiguous Float32 tensor.</exception>
    public void CopyFrom(ReadOnlySpan<float> source)
    {
        RequireLength(source.Length);
        if (!IsContiguous || DType != DType.Float32)
        {
            throw new InvalidOperationException("CopyFrom writes contiguous Float32 tensors only.");
        }

        Device.WriteElements(source, Buffer);
        Overwritten();
    }

    /// <summary>Overwrites the elements of a contiguous tensor of integers: the next batch in the place of the last one.</summary>
    /// <param name="source">As many values as there are elements, row-major.</param>
    /// <exception cref="ArgumentException">The source has another length.</exception>
    /// <exception cref="InvalidOperationException">Not a contiguous Int32 tensor.</exception>
    public void CopyIndicesFrom(ReadOnlySpan<int> source)
    {
        RequireLength(source.Length);
        if (!IsContiguous || DType != DType.Int32)
        {
            throw new InvalidOperationException("CopyIndicesFrom writes contiguous Int32 tensors only.");
        }

        Device.WriteElements(source, Buffer);
        Overwritten();
    }

    /// <summary>
    /// Overwrites the elements, which may be a strided view, with those of another tensor. History is not touched: use it on leaves only.
    /// </summary>
    /// <param name="source">The same shape and type.</param>
    /// <exception cref="ArgumentException">Another shape or type.</exception>
    public void Assign(Tensor source)
    {
        if (source.Shape != Shape || source.DType != DType || DType == DType.BFloat16 || DType.IsQuantized())
        {
            throw new ArgumentException($"Assign: {source.DType}{source.Shape} does not fit into {DType}{Shape}.");
        }

        Kernels.Elementwise.Copy(source.Operand, Operand, Shape);
        Overwritten();
    }

    /// <summary>Type, shape and the first elements.</summary>
    public override string ToString()
    {
        const int shown = 8;
        if (!Device.HasValues)
        {
            return $"{DType}{Shape} without values";
        }

        string dots = Count > shown ? ", ..." : "";
        string values = DType == DType.Int32
            ? string.Join(", ", ToInt32Array().Take(shown))
            : string.Join(", ", ToArray().Take(shown));
        return $"{DType}{Shape} [{values}{dots}]";
    }

    internal Tensor View(Shape shape, in Strides strides, long offset) => Create(Storage, offset, shape, strides, DType);

    private void RequireLength(long length)
    {
        if (length != Count)
        {
            throw new ArgumentException($"The tensor {Shape} has {Count} elements, the span has {length}.");
        }
    }
}
