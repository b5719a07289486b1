namespace ManagedTransformer.Tensors.Tests;

internal static partial class OperatorCases
{
    private static IEnumerable<OperatorCase> Arithmetic() =>
    [
        .. Binary("add", (a, b) => a.Add(b), Any, Any),
        .. Binary("subtract", (a, b) => a.Subtract(b), Any, Any),
        .. Binary("multiply", (a, b) => a.Multiply(b), Any, Any),
        .. Binary("divide", (a, b) => a.Divide(b), Any, sizes => Signed(0.7f, 1.5f, sizes)),
        .. Binary("pow", (a, b) => a.Pow(b), sizes => Between(0.6f, 1.5f, sizes), Any),
        .. Binary("maximum", (a, b) => a.Maximum(b), sizes => Signed(0.3f, 1, sizes), sizes => Between(-0.1f, 0.1f, sizes)),
        .. Binary("minimum", (a, b) => a.Minimum(b), sizes => Signed(0.3f, 1, sizes), sizes => Between(-0.1f, 0.1f, sizes)),
        Of("operator signs", x => ((-x[0] + 2) * 3 - 1) / 4 + (x[0] / x[1] - x[1] * x[0]), Any(3, 4), Between(1, 2, 3, 4)),
        Of("the same operand twice", x => x[0] * x[0] + x[0], Any(3, 5)),
        Value("equal", x => x[0].EqualTo(x[0] * 1), Any(3, 5)),
        Value("not equal", x => x[0].NotEqualTo(x[1]), Any(3, 5), Any(5)),
        Value("less", x => x[0].LessThan(x[1]), Any(3, 5), Any(5)),
        Value("less or equal", x => x[0].LessOrEqualTo(x[1]), Any(3, 5), Any(3, 1)),
        Value("greater", x => x[0].GreaterThan(x[1]), Any(3, 5), Any(5)),
        Value("greater or equal", x => x[0].GreaterOrEqualTo(x[1]), Any(3, 5), Any(3, 1)),
        Of("select", x => Mask(x[0], new Shape(3, 1)).Select(x[0], x[1]), Any(3, 5), Any(5)),
        Of("select, broadcast condition", x => Mask(x[0], new Shape(4)).Select(x[0], x[1]), Any(3, 4), Any(2, 3, 4)),
    ];

    private static IEnumerable<OperatorCase> Unary() =>
    [
        Of("affine", x => x[0].Affine(1.5f, -0.5f), Any(3, 7)),
        Of("abs", x => x[0].Abs(), Signed(0.2f, 1, 3, 7)),
        Of("exp", x => x[0].Exp(), Any(3, 17)),
        Of("log", x => x[0].Log(), Between(0.5f, 2, 3, 17)),
        Of("sqrt", x => x[0].Sqrt(), Between(0.5f, 2, 3, 17)),
        Of("sin", x => x[0].Sin(), Between(-4, 4, 3, 17)),
        Of("cos", x => x[0].Cos(), Between(-4, 4, 3, 17)),
        Of("pow 2.5", x => x[0].Pow(2.5f), Between(0.5f, 1.5f, 3, 7)),
        Of("pow 3", x => x[0].Pow(3), Signed(0.3f, 1, 3, 7)),
        Of("pow -0.5", x => x[0].Pow(-0.5f), Between(0.6f, 1.5f, 3, 7)),
        Of("clamp", x => x[0].Clamp(-0.5f, 0.1f), Signed(0.2f, 0.4f, 3, 7)),
        Of("clamp beyond", x => x[0].Clamp(-0.1f, 0.1f), Signed(0.2f, 1, 3, 7)),
        Of("tanh", x => x[0].Tanh(), Between(-2, 2, 3, 17)),
        Of("erf", x => x[0].Erf(), Between(-2, 2, 3, 17)),
        Of("sigmoid", x => x[0].Sigmoid(), Between(-4, 4, 3, 17)),
        Of("softplus", x => x[0].Softplus(), Between(-4, 4, 3, 17)),
        Of("relu", x => x[0].Relu(), Signed(0.2f, 1, 3, 17)),
        Of("gelu", x => x[0].Gelu(), Between(-3, 3, 3, 17)),
        Of("gelu, tanh form", x => x[0].GeluTanh(), Between(-3, 3, 3, 17)),
        Of("silu", x => x[0].Silu(), Between(-4, 4, 3, 17)),
        .. Enum.GetValues<Activation>()
            .Select(activation => Of($"activate {activation}", x => (x[0] * 1).Activate(activation), Signed(0.2f, 2, 2, 9))),
        Of("dropout", x => x[0].Dropout(0.4f, new RandomKey(7, 8)), Any(5, 13)),
        Of("dropout of nothing", x => x[0].Dropout(0, default) * 1, Any(5)),
    ];

    // Equal shapes, both operands broadcast, a missing axis, and a scalar on either side.
    private static IEnumerable<OperatorCase> Binary(
        string name, Func<Tensor, Tensor, Tensor> function, Func<int[], OperatorOperand> left, Func<int[], OperatorOperand> right)
    {
        (int[] Left, int[] Right)[] shapes = [([3, 5], [3, 5]), ([3, 1, 5], [4, 1]), ([2, 3, 4], [4]), ([], [2, 3]), ([2, 3], []),
            ([17], [17])];
        return shapes.Select(pair =>
            Of($"{name} {new Shape(pair.Left)} {new Shape(pair.Right)}", x => function(x[0], x[1]), left(pair.Left), right(pair.Right)));
    }

    // 0 and 1 in turn.
    private static Tensor Mask(Tensor like, Shape shape) =>
        Tensor.From([.. Enumerable.Range(0, (int)shape.Count).Select(i => (float)(i & 1))], shape, like.Device);
}
