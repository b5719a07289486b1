using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>Initial values of weights.</summary>
public static class Initialization
{
    [ThreadStatic]
    private static bool _isSkipped;

    /// <summary>
    /// Makes a module on <see cref="Device.Shapes"/>: it tells the names and shapes of its parameters and buffers, and their number, at the
    /// cost of a few objects each, but has no values and cannot compute. Nothing is drawn.
    /// </summary>
    /// <param name="create">Makes it, on the calling thread.</param>
    /// <typeparam name="T">The module.</typeparam>
    public static T ShapesOnly<T>(Func<T> create)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(create);
        using DeviceScope _ = new(Device.Shapes);
        return create();
    }

    /// <summary>Normal numbers with mean 0.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="deviation">Standard deviation.</param>
    /// <param name="random">Source of the key.</param>
    public static Parameter Normal(Shape shape, float deviation, RandomSource random) =>
        IsDrawnOn(Device.Current) ? new(DrawNormal(shape, deviation, random)) : Undefined(shape);

    /// <summary>Xavier (Glorot) uniform: U(-a, a) with a = gain sqrt(6 / (inputs + outputs)).</summary>
    /// <param name="outputs">Rows.</param>
    /// <param name="inputs">Columns.</param>
    /// <param name="random">Source of the key.</param>
    /// <param name="gain">Factor on the bound.</param>
    public static Parameter XavierUniform(int outputs, int inputs, RandomSource random, float gain = 1) =>
        Uniform(new Shape(outputs, inputs), gain * MathF.Sqrt(6f / (inputs + outputs)), random);

    /// <summary>U(-bound, bound).</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="bound">At least 0.</param>
    /// <param name="random">Source of the key.</param>
    public static Parameter Uniform(Shape shape, float bound, RandomSource random) =>
        IsDrawnOn(Device.Current) ? new(DrawUniform(shape, bound, random)) : Undefined(shape);

    /// <summary>Zeros.</summary>
    /// <param name="shape">The shape.</param>
    public static Parameter Zeros(Shape shape) => _isSkipped ? Undefined(shape) : new(Tensor.Zeros(shape));

    /// <summary>Ones.</summary>
    /// <param name="shape">The shape.</param>
    public static Parameter Ones(Shape shape) => _isSkipped ? Undefined(shape) : new(Tensor.Ones(shape));

    /// <summary>Matrices whose row i is a multiple of the unit vector i modulo the columns.</summary>
    /// <param name="shape">[matrices, rows, columns]</param>
    /// <param name="scale">The multiple in the n-th round over the columns, from 0.</param>
    internal static Parameter Diagonal(Shape shape, Func<int, float> scale)
    {
        if (!IsDrawnOn(Device.Current))
        {
            return Undefined(shape);
        }

        (int matrices, int rows, int columns) = (shape[0], shape[1], shape[2]);
        float[] values = new float[checked((int)shape.Count)];
        for (int i = 0; i < matrices * rows; i++)
        {
            (int round, int column) = Math.DivRem(i % rows, columns);
            values[((long)i * columns) + column] = scale(round);
        }

        return new(Tensor.From(values, shape));
    }

    /// <summary>
    /// Makes a module whose weights are all about to be read from a file: until then they are undefined, since drawing them, or only
    /// filling them, would take longer than reading them.
    /// </summary>
    /// <param name="create">Makes it, on the calling thread.</param>
    internal static T Skip<T>(Func<T> create)
    {
        _isSkipped = true;
        try
        {
            return create();
        }
        finally
        {
            _isSkipped = false;
        }
    }

    /// <summary>A tensor that is saved with a module and not trained, and that takes time to draw.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="draw">Draws it, of that shape; not called where nobody would see the values.</param>
    internal static Tensor Buffer(Shape shape, Func<Tensor> draw) =>
        (IsDrawnOn(Device.Current) ? draw() : Tensor.Empty(shape)).Keep();

    /// <summary>Draws a weight again, from normal numbers with mean 0.</summary>
    internal static void RedrawNormal(Parameter weight, RandomSource random, float deviation)
    {
        if (IsDrawnOn(weight.Device))
        {
            weight.Assign(DrawNormal(weight.Shape, deviation, random).To(weight.Device));
        }
    }

    /// <summary>Draws a weight again, from U(-bound, bound).</summary>
    internal static void RedrawUniform(Parameter? weight, RandomSource random, float bound)
    {
        if (weight is not null && IsDrawnOn(weight.Device))
        {
            weight.Assign(DrawUniform(weight.Shape, bound, random).To(weight.Device));
        }
    }

    private static bool IsDrawnOn(Device device) => !_isSkipped && device.HasValues;

    // Drawn on the CPU wherever they go, so that a model starts from the same bits on every device.
    private static Tensor DrawNormal(Shape shape, float deviation, RandomSource random) =>
        Tensor.Normal(shape, 0, deviation, random.NextKey(), Device.Cpu).To(Device.Current);

    private static Tensor DrawUniform(Shape shape, float bound, RandomSource random) =>
        Tensor.Uniform(shape, -bound, bound, random.NextKey(), Device.Cpu).To(Device.Current);

    private static Parameter Undefined(Shape shape) => new(Tensor.Empty(shape));
}
