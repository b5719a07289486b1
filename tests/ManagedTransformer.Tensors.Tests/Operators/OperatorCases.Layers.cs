namespace ManagedTransformer.Tensors.Tests;

internal static partial class OperatorCases
{
    private static IEnumerable<OperatorCase> Normalization() =>
    [
        Of("softmax", x => x[0].Softmax(), Any(3, 17)),
        Of("softmax of one element", x => x[0].Softmax(), Any(3, 1)),
        Of("log-softmax", x => x[0].LogSoftmax(), Between(-3, 3, 2, 2, 9)),
        Of("layer norm", x => x[0].LayerNorm(x[1], x[2]), Any(3, 17), Any(17), Any(17)),
        Of("layer norm, large epsilon", x => x[0].LayerNorm(x[1], x[2], 0.1f), Any(2, 3, 5), Any(5), Any(5)),
        Of("layer norm with residual, both results", x => Both(x[0].AddLayerNorm(x[1], x[2], x[3])), Any(3, 7), Any(3, 7), Any(7), Any(7)),
        Of("layer norm with residual, normalised only", x => x[0].AddLayerNorm(x[1], x[2], x[3]).Normalized, Any(3, 7), Any(3, 7),
            Any(7), Any(7)),
        Of("layer norm beside a residual connection", x => x[0].Tanh() is var y ? y + y.LayerNorm(x[1], x[2]) : y, Any(3, 7),
            Any(7), Any(7)),
        Of("grouped layer norm", x => x[0].GroupedLayerNorm(3, x[1], x[2], activation: Activation.Gelu), Any(2, 3, 15), Any(5), Any(5)),
        Of("grouped layer norm, shuffled", x => x[0].GroupedLayerNorm(3, x[1], x[2], shuffle: true, activation: Activation.Silu),
            Any(4, 15), Any(5), Any(5)),
        // One of the groups has nearly equal values, where the norm bends sharply: a short step.
        Of("grouped layer norm, shuffled and mixed", x => x[0].GroupedLayerNorm(4, x[1], x[2], shuffle: true, activation: Activation.Silu,
            x[3], chunks: 2), Any(4, 20), Any(5), Any(5), Any(4, 6)) with { Step = 0.005f },
        Of("RMS norm", x => x[0].RmsNorm(x[1]), Any(3, 17), Any(17)),
        Of("RMS norm with residual, both results", x => Both(x[0].AddRmsNorm(x[1], x[2])), Any(3, 7), Any(3, 7), Any(7)),
        Of("RMS norm with residual, normalised only", x => x[0].AddRmsNorm(x[1], x[2]).Normalized, Any(3, 7), Any(3, 7), Any(7)),
        Of("RMS norm beside a residual connection", x => x[0].Tanh() is var y ? y + y.RmsNorm(x[1]) : y, Any(3, 7), Any(7)),
        Of("batch norm, training", x => BatchNorm(x, training: true), Any(6, 5), Any(5), Any(5)),
        Of("batch norm, training, three axes", x => BatchNorm(x, training: true), Any(2, 4, 3), Any(3), Any(3)),
        Of("batch norm, training, some rows count", x => BatchNorm(x, training: true, [1, 0, 1, 1, 0, 1]), Any(6, 5), Any(5), Any(5)),
        Of("batch norm, fixed statistics", x => BatchNorm(x, training: false), Any(6, 5), Any(5), Any(5)),
    ];

    private static IEnumerable<OperatorCase> Matrices() =>
    [
        // The biases keep the argument of relu away from its kink.
        .. Enum.GetValues<Activation>().Select(activation =>
            Of($"linear with {activation}", x => x[0].Linear(x[1], x[2], activation), Any(2, 3, 4), Between(-0.5f, 0.5f, 5, 4),
                Signed(2.2f, 2.5f, 5))),
        .. Enum.GetValues<Activation>().Where(activation => activation != Activation.Relu).Select(activation =>
            Of($"linear with {activation}, no bias", x => x[0].Linear(x[1], null, activation), Any(3, 7), Any(5, 7))),
        Of("linear, twice the same weight", x => x[0].Linear(x[1]).Tanh().Linear(x[1]), Any(2, 4), Any(4, 4)),
        Of("linear of one row", x => x[0].Linear(x[1], x[2]), Any(4), Any(3, 4), Any(3)),
        Of("linear of a tensor used again", x => x[0].Tanh() is var y ? y.Linear(x[1]) + y.Linear(x[2]) + y : y, Any(3, 4),
            Any(4, 4), Any(4, 4)),
        Of("adapted linear", x => x[0].AdaptedLinear(x[1], x[2], new LowRankUpdate(x[0], x[3], x[4], 0.7f)), Any(2, 3, 4), Any(5, 4),
            Any(5), Any(2, 4), Any(5, 2)),
        Of("adapted linear, two ranges of columns, one of another input",
            x => x[0].AdaptedLinear(
                x[1], null, new LowRankUpdate(x[0], x[2], x[3], -1.5f, 1), new LowRankUpdate(x[4], x[5], x[6], 2, 3)),
            Any(3, 4), Any(6, 4), Any(2, 4), Any(2, 2), Any(3, 4), Any(1, 4), Any(3, 1)),
        Of("adapted linear of a tensor used again",
            x => x[0].Tanh() is var y ? y.AdaptedLinear(x[1], null, new LowRankUpdate(y, x[2], x[3], 1)) + y : y, Any(3, 4), Any(4, 4),
            Any(2, 4), Any(4, 2)),
        Of("matrix product", x => x[0].MatMul(x[1]), Any(3, 4), Any(4, 5)),
        Of("matrix product, left transposed", x => x[0].Transpose().MatMul(x[1]), Any(4, 3), Any(4, 5)),
        Of("matrix product, right transposed", x => x[0].MatMul(x[1].Transpose()), Any(3, 4), Any(5, 4)),
        Of("matrix product, both transposed", x => x[0].Transpose().MatMul(x[1].Transpose()), Any(4, 3), Any(5, 4)),
        Of("matrix product, batch", x => x[0].MatMul(x[1]), Any(2, 3, 4), Any(2, 4, 5)),
        Of("matrix product, batch, transposed", x => x[0].Transpose().MatMul(x[1].Transpose()), Any(2, 4, 3), Any(2, 5, 4)),
        Of("matrix product, one right side", x => x[0].MatMul(x[1]), Any(2, 3, 4), Any(4, 2)),
        Of("matrix product, one left side", x => x[0].MatMul(x[1]), Any(3, 4), Any(2, 4, 2)),
        Of("matrix product, broadcast batches", x => x[0].MatMul(x[1]), Any(2, 1, 3, 2), Any(3, 2, 2)),
        Of("matrix product, permuted batches", x => x[0].Permute(1, 0, 2, 3).MatMul(x[1]), Any(2, 3, 2, 4), Any(3, 2, 4, 2)),
        Of("matrix product of vectors", x => x[0].MatMul(x[1]), Any(1, 5), Any(5, 1)),
        Of("outer product", x => x[0].MatMul(x[1]), Any(5, 1), Any(1, 4)),
        Of("matrix product with itself", x => x[0].MatMul(x[0].Transpose()), Any(3, 4)),
    ];

    private static IEnumerable<OperatorCase> Losses()
    {
        CrossEntropyOptions plain = new();
        (string Name, CrossEntropyOptions Options)[] options =
        [
            ("mean", plain),
            ("sum", plain with { Sum = true }),
            ("ignored targets", plain with { IgnoredTarget = 1 }),
            ("spread over others", plain with { Smoothing = 0.2f, IgnoredTarget = 2 }),
            ("spread over all", plain with { Smoothing = 0.2f, Mode = LabelSmoothing.SpreadAll, Sum = true }),
        ];
        foreach ((string name, CrossEntropyOptions option) in options)
        {
            yield return Of($"cross-entropy, {name}", x => x[0].CrossEntropy(Targets(x[0]), option).Loss, Between(-2, 2, 2, 3, 7));
            yield return Of(
                $"projected cross-entropy, {name}", x => x[0].ProjectedCrossEntropy(x[1], Targets(x[0]), option).Loss * 1.5f,
                Any(2, 3, 4), Any(7, 4));
            yield return Of(
                $"projected cross-entropy with bias, {name}",
                x => x[0].ProjectedCrossEntropy(x[1], Targets(x[0]), option, x[2]).Loss * 1.5f, Any(2, 3, 4), Any(7, 4), Any(7));
            yield return Value($"negative log-likelihood, {name}", x => x[0].CrossEntropy(Targets(x[0]), option).NegativeLogLikelihood,
                Any(2, 3, 7));
        }

        yield return Of("projected negative log-likelihood", x => x[0].ProjectedNegativeLogLikelihood(x[1], Targets(x[0])),
            Any(2, 3, 4), Any(7, 4));
        yield return Of(
            "projected negative log-likelihood with bias", x => x[0].ProjectedNegativeLogLikelihood(x[1], Targets(x[0]), x[2]),
            Any(2, 3, 4), Any(7, 4), Any(7));
    }

    private static IEnumerable<OperatorCase> Attention()
    {
        AttentionOptions plain = new();
        (string Name, Func<Tensor, AttentionOptions> Options)[] options =
        [
            ("all keys", _ => plain),
            ("causal", _ => plain with { Causal = true }),
            ("window", _ => plain with { Causal = true, Window = 2 }),
            ("window without causality", _ => plain with { Window = 2 }),
            ("padding", like => plain with { KeyPadding = Padding(like) }),
            ("causal and padding", like => plain with { Causal = true, KeyPadding = Padding(like) }),
            ("scale", _ => plain with { Scale = 0.3f }),
            ("dropout", _ => plain with { Dropout = 0.3f, DropoutKey = new RandomKey(5, 6) }),
            ("causal, window, padding and dropout", like =>
                plain with { Causal = true, Window = 3, KeyPadding = Padding(like), Dropout = 0.2f, DropoutKey = new RandomKey(5, 6) }),
        ];
        foreach ((string name, Func<Tensor, AttentionOptions> option) in options)
        {
            yield return Of($"attention, {name}", x => x[0].Attention(x[1], x[2], option(x[0])), Any(2, 5, 2, 3), Any(2, 5, 2, 3),
                Any(2, 5, 2, 3));
            yield return Of($"attention, few queries, wide values, {name}", x => x[0].Attention(x[1], x[2], option(x[0])), Any(2, 2, 1, 3),
                Any(2, 5, 1, 3), Any(2, 5, 1, 4));
            yield return Of($"self-attention, {name}", x => x[0].SelfAttention(option(x[0])), Any(2, 5, 3, 2, 3));
            yield return Of($"attention, shared keys, {name}", x => x[0].Attention(x[1], x[2], option(x[0])), Any(2, 4, 6, 3),
                Any(2, 5, 2, 3), Any(2, 5, 2, 2));
            yield return Of($"self-attention, shared keys, {name}", x => x[0].GroupedSelfAttention(1, option(x[0])), Any(2, 5, 4, 3));
        }

        foreach (Activation activation in Enum.GetValues<Activation>())
        {
            yield return Of($"gated product, {activation}", x => x[0].GatedProduct(x[1], activation), Signed(0.1f, 2, 2, 3, 5),
                Any(2, 3, 5));
            yield return Of($"gated product, packed, {activation}", x => x[0].GatedProduct(activation), Signed(0.1f, 2, 3, 2, 10));
        }

        yield return Of("gated product of a tensor with itself", x => x[0].GatedProduct(x[0], Activation.Silu), Any(3, 4));
        yield return Of("rotation", x => x[0].Rotate(Table(x[0], 6, 3, 0), Table(x[0], 6, 3, 1)), Any(2, 5, 2, 6));
        yield return Of("rotation, later positions, some heads",
            x => x[0].Rotate(Table(x[0], 9, 2, 0), Table(x[0], 9, 2, 1), new RotaryOptions { First = 4, Heads = 2 }), Any(2, 5, 3, 4));
        yield return Of("rotation, positions of rows", x => x[0].Rotate(Table(x[0], 7, 1, 0), Table(x[0], 7, 1, 1),
            new RotaryOptions { Positions = Integers(x[0], new Shape(2, 3), 6, 0, 2, 2, 2, 5) }), Any(2, 3, 2, 2));
        yield return Of("rotation of heads that were permuted",
            x => x[0].Transpose(1, 2).Rotate(Table(x[0], 5, 2, 0), Table(x[0], 5, 2, 1)),
            Any(1, 2, 5, 4));
        yield return Of("attention over heads that were permuted",
            x => x[0].Transpose(1, 2).Attention(x[1].Transpose(1, 2), x[1].Transpose(1, 2)), Any(1, 2, 3, 4), Any(1, 2, 5, 4));
        yield return Of("attention of one tensor to itself", x => x[0].Attention(x[0], x[0]), Any(1, 4, 2, 3));
    }

    // Cosines and sines of angles of no order.
    private static Tensor Table(Tensor like, int rows, int half, int part) => Tensor.From(
        [.. Enumerable.Range(0, rows * half).Select(i => part == 0 ? MathF.Cos(i * 1.7f) : MathF.Sin(i * 1.7f))], new Shape(rows, half),
        like.Device);

    private static Tensor Both((Tensor Sum, Tensor Normalized) results) => TensorOperators.Concat(0, results.Sum, results.Normalized);

    // Statistics of their own every time, since training moves them.
    private static Tensor BatchNorm(Tensor[] x, bool training, float[]? mask = null)
    {
        int width = x[1].Shape[0];
        return x[0].BatchNorm(x[1], x[2], Tensor.Full(new Shape(width), 0.1f, x[0].Device),
            Tensor.Full(new Shape(width), 0.8f, x[0].Device), training,
            mask: mask is null ? null : Tensor.From(mask, new Shape(mask.Length), x[0].Device));
    }

    private static Tensor Targets(Tensor like) => Integers(like, new Shape(2, 3), 1, 0, 6, 2, 1, 3);

    // Of the second sentence's five keys the first and the last two are padding.
    private static Tensor Padding(Tensor like) => Tensor.From([0, 0, 0, 0, 0, 1, 0, 0, 1, 1], new Shape(2, 5), like.Device);
}
