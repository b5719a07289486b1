using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>Initial values of weights.</summary>
public static class Initialization
{
    [ThreadStatic]
    private static bool _isSkipped;

    /// <summary>Normal numbers with mean 0.</summary>
    /// <param name="shape">The shape.</param><param name="deviation">Standard deviation.</param><param name="random">Source of the key.</param>
    public static Parameter Normal(Shape shape, float deviation, RandomSource random) =>
        _isSkipped ? Undefined(shape) : new(Tensor.Normal(shape, 0, deviation, random.NextKey()));

    /// <summary>Xavier (Glorot) uniform: U(-a, a) with a = gain sqrt(6 / (inputs + outputs)).</summary>
    /// <param name="outputs">Rows.</param><param name="inputs">Columns.</param><param name="random">Source of the key.</param><param name="gain">Factor on the bound.</param>
    public static Parameter XavierUniform(int outputs, int inputs, RandomSource random, float gain = 1) =>
        Uniform(new Shape(outputs, inputs), gain * MathF.Sqrt(6f / (inputs + outputs)), random);

    /// <summary>U(-bound, bound).</summary>
    /// <param name="shape">The shape.</param><param name="bound">At least 0.</param><param name="random">Source of the key.</param>
    public static Parameter Uniform(Shape shape, float bound, RandomSource random) =>
        _isSkipped ? Undefined(shape) : new(Tensor.Uniform(shape, -bound, bound, random.NextKey()));

    /// <summary>Zeros.</summary>
    /// <param name="shape">The shape.</param>
    public static Parameter Zeros(Shape shape) => _isSkipped ? Undefined(shape) : new(Tensor.Zeros(shape));

    /// <summary>Ones.</summary>
    /// <param name="shape">The shape.</param>
    public static Parameter Ones(Shape shape) => _isSkipped ? Undefined(shape) : new(Tensor.Ones(shape));

    /// <summary>Makes a module whose weights are all about to be read from a file: until then they are undefined, since drawing them, or only filling them,
    /// would take longer than reading them.</summary>
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

    /// <summary>Draws a weight again, from normal numbers with mean 0.</summary>
    internal static void RedrawNormal(Parameter weight, RandomSource random, float deviation)
    {
        if (!_isSkipped)
        {
            weight.Assign(Tensor.Normal(weight.Shape, 0, deviation, random.NextKey()));
        }
    }

    /// <summary>Draws a weight again, from U(-bound, bound).</summary>
    internal static void RedrawUniform(Parameter? weight, RandomSource random, float bound)
    {
        if (!_isSkipped)
        {
            weight?.Assign(Tensor.Uniform(weight.Shape, -bound, bound, random.NextKey()));
        }
    }

    private static Parameter Undefined(Shape shape) => new(Tensor.Empty(shape));
}
