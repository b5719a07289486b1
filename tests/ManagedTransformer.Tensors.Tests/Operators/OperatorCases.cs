namespace ManagedTransformer.Tensors.Tests;

/// <summary>The table of operators: a new operator adds a row (or more, for its options) to the group it belongs to.</summary>
internal static partial class OperatorCases
{
    /// <summary>All rows.</summary>
    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        .. Arithmetic(), .. Unary(), .. Shapes(), .. Reductions(), .. Indexing(), .. Memories(), .. Normalization(), .. Matrices(),
        .. Losses(), .. Attention(), .. SpanAttention(), .. LinearAttention(),
    ];

    private static OperatorCase Of(string name, Func<Tensor[], Tensor> function, params OperatorOperand[] operands) =>
        new(name, function, operands);

    /// <summary>A row without gradient.</summary>
    private static OperatorCase Value(string name, Func<Tensor[], Tensor> function, params OperatorOperand[] operands) =>
        new(name, function, operands) { HasGradient = false };

    /// <summary>Uniform values in [-1, 1].</summary>
    private static OperatorOperand Any(params int[] sizes) => Between(-1, 1, sizes);

    private static OperatorOperand Between(float low, float high, params int[] sizes) =>
        new(new Shape(sizes), (count, random) => [.. Enumerable.Range(0, count).Select(_ => low + ((high - low) * random.NextSingle()))]);

    /// <summary>Values of either sign whose magnitude lies between the bounds: away from kinks.</summary>
    private static OperatorOperand Signed(float low, float high, params int[] sizes) =>
        new(new Shape(sizes), (count, random) =>
            [.. Enumerable.Range(0, count).Select(_ => (low + ((high - low) * random.NextSingle())) * ((random.Next(2) * 2) - 1))]);

    /// <summary>
    /// Values of which no two are near each other, in random order: the step of numerical differentiation never changes their order.
    /// </summary>
    private static OperatorOperand Distinct(params int[] sizes) => new(new Shape(sizes), (count, random) =>
    {
        float[] values = [.. Enumerable.Range(0, count).Select(i => (i - (count / 2)) * 0.11f)];
        random.Shuffle(values);
        return values;
    });

    /// <summary>Integers on the device of a tensor.</summary>
    private static Tensor Integers(Tensor like, Shape shape, params int[] values) => Tensor.From(values, shape, like.Device);
}
