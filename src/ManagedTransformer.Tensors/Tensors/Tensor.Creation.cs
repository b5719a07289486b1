namespace ManagedTransformer.Tensors;

public partial class Tensor
{
    /// <summary>A Float32 tensor holding a copy of the values.</summary>
    /// <param name="values">Row-major.</param>
    /// <param name="shape">Its count is the number of values.</param>
    /// <param name="device">Default: <see cref="Device.Current"/>.</param>
    /// <exception cref="ArgumentException">The counts differ.</exception>
    public static Tensor From(ReadOnlySpan<float> values, Shape shape, Device? device = null)
    {
        RequireCount(values.Length, shape);
        Tensor tensor = Empty(shape, DType.Float32, device);
        tensor.Device.WriteElements(values, tensor.Buffer);
        return tensor;
    }

    /// <summary>An Int32 tensor holding a copy of the values: token ids, indices.</summary>
    /// <param name="values">Row-major.</param>
    /// <param name="shape">Its count is the number of values.</param>
    /// <param name="device">Default: <see cref="Device.Current"/>.</param>
    /// <exception cref="ArgumentException">The counts differ.</exception>
    public static Tensor From(ReadOnlySpan<int> values, Shape shape, Device? device = null)
    {
        RequireCount(values.Length, shape);
        Tensor tensor = Empty(shape, DType.Int32, device);
        tensor.Device.WriteElements(values, tensor.Buffer);
        return tensor.Mirrored(values);
    }

    /// <summary>
    /// As <see cref="From(ReadOnlySpan{float}, Shape, Device?)"/>, and the host remembers the values: for masks that are made on the host
    /// and asked there again.
    /// </summary>
    /// <param name="values">Row-major.</param>
    /// <param name="shape">Its count is the number of values.</param>
    /// <param name="device">Default: <see cref="Device.Current"/>.</param>
    public static Tensor FromRemembered(ReadOnlySpan<float> values, Shape shape, Device? device = null) =>
        From(values, shape, device).Mirrored(values);

    /// <summary>A Float32 tensor whose values are undefined until they are written.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="device">Default: <see cref="Device.Current"/>.</param>
    public static Tensor Empty(Shape shape, Device? device = null) => Empty(shape, DType.Float32, device);

    /// <summary>A Float32 tensor of zeros.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="device">Default: <see cref="Device.Current"/>.</param>
    public static Tensor Zeros(Shape shape, Device? device = null) => Full(shape, 0, device);

    /// <summary>A Float32 tensor of ones.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="device">Default: <see cref="Device.Current"/>.</param>
    public static Tensor Ones(Shape shape, Device? device = null) => Full(shape, 1, device);

    /// <summary>A Float32 tensor that holds one value everywhere.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="value">The value.</param>
    /// <param name="device">Default: <see cref="Device.Current"/>.</param>
    public static Tensor Full(Shape shape, float value, Device? device = null)
    {
        Tensor tensor = Empty(shape, DType.Float32, device);
        if (tensor.Device.HasValues)
        {
            tensor.Kernels.Elementwise.Fill(tensor.Buffer, tensor.Count, value);
        }

        return tensor;
    }

    /// <summary>A Float32 tensor of one element and no axes.</summary>
    /// <param name="value">The value.</param>
    /// <param name="device">Default: <see cref="Device.Current"/>.</param>
    public static Tensor Scalar(float value, Device? device = null) => Full(new Shape(), value, device).Mirrored<float>([value]);

    /// <summary>Independent numbers, uniform in [low, high).</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="low">Lower bound.</param>
    /// <param name="high">Upper bound.</param>
    /// <param name="key">Names the random numbers.</param>
    /// <param name="device">Default: <see cref="Device.Current"/>.</param>
    public static Tensor Uniform(Shape shape, float low, float high, RandomKey key, Device? device = null)
    {
        Tensor tensor = Empty(shape, DType.Float32, device);
        if (tensor.Device.HasValues)
        {
            tensor.Kernels.Random.Uniform(tensor.Buffer, tensor.Count, low, high, key);
        }

        return tensor;
    }

    /// <summary>Independent normal numbers.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="mean">Mean.</param>
    /// <param name="deviation">Standard deviation.</param>
    /// <param name="key">Names the random numbers.</param>
    /// <param name="device">Default: <see cref="Device.Current"/>.</param>
    public static Tensor Normal(Shape shape, float mean, float deviation, RandomKey key, Device? device = null)
    {
        Tensor tensor = Empty(shape, DType.Float32, device);
        if (tensor.Device.HasValues)
        {
            tensor.Kernels.Random.Normal(tensor.Buffer, tensor.Count, mean, deviation, key);
        }

        return tensor;
    }

    internal static Tensor Empty(Shape shape, DType dtype, Device? device)
    {
        device ??= Device.Current;
        long bytes = Math.Max(1, shape.Count) * dtype.Size();
        return Create(StepScope.Current?.TryReuse(device, bytes) ?? device.Allocate(bytes), 0, shape, Strides.Contiguous(shape), dtype);
    }

    internal static Tensor Empty(Shape shape, Tensor like) => Empty(shape, DType.Float32, like.Device);

    internal static Tensor EmptyLike(Tensor like) => Empty(like.Shape, DType.Float32, like.Device);

    /// <summary>A tensor on a storage: in a repeated step, an object that served the step before.</summary>
    private static Tensor Create(Storage storage, long offset, Shape shape, in Strides strides, DType dtype)
    {
        StepScope? scope = StepScope.Current;
        if (scope?.TryReuseTensor() is { } tensor)
        {
            (tensor.Storage, tensor.Offset, tensor.Shape, tensor.Strides, tensor.DType) = (storage, offset, shape, strides, dtype);
            (tensor.Producer, tensor._requiresGradient, tensor.Gradient) = (null, false, null);
            return tensor;
        }

        tensor = new Tensor(storage, offset, shape, strides, dtype);
        scope?.Register(tensor);
        return tensor;
    }

    private static void RequireCount(long count, Shape shape)
    {
        if (count != shape.Count)
        {
            throw new ArgumentException($"A tensor of the shape {shape} needs {shape.Count} values, {count} were given.");
        }
    }
}
