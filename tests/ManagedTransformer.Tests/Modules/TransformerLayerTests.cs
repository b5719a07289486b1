using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden;
using Xunit;

namespace ManagedTransformer.Tests.Modules;

/// <summary>
/// Layers against their formulas in separate steps, and against numerical differentiation, over all kinds of configurations.
/// </summary>
public sealed class TransformerLayerTests
{
    private const int Dim = 6, Heads = 2, Length = 4, MemoryLength = 5, MemoryDim = 3;
    private static readonly ForwardContext _context = ForwardContext.Inference;

    public static MatrixTheoryData<bool, Activation, bool, bool> Kinds => new(
        [false, true], [Activation.Relu, Activation.Gelu, Activation.GeluTanh, Activation.Silu], [false, true], [false, true]);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AnEncoderLayerIsItsFormula(bool preNorm, Activation activation, bool bias, bool padding)
    {
        TransformerLayer layer = Encoder(preNorm, activation, bias);
        AttentionMask mask = new(Causal: bias, KeyPadding: padding ? Padding(Length) : null);
        Tensor x = Random(1, 2, Length, Dim);
        Tensor expected = Formula(x, preNorm, layer.Norm1,
            y => AttentionInSteps.Run((MultiHeadAttention)layer.Attention, Heads, y, mask).Output);
        expected = Formula(expected, preNorm, layer.Norm2!, y => FeedForward((FeedForward)layer.Positionwise!, y, activation));
        Near(expected, layer.Forward(x, mask, _context));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ADecoderLayerIsItsFormula(bool preNorm, Activation activation, bool bias, bool padding)
    {
        TransformerLayer layer = Decoder(preNorm, activation, bias);
        AttentionMask self = new(Causal: true, KeyPadding: padding ? Padding(Length) : null),
            cross = new(KeyPadding: padding ? Padding(MemoryLength) : null);
        Tensor x = Random(1, 2, Length, Dim), memory = Random(2, 2, MemoryLength, MemoryDim);
        Tensor expected = Formula(x, preNorm, layer.Norm1,
            y => AttentionInSteps.Run((MultiHeadAttention)layer.Attention, Heads, y, self).Output);
        expected = Formula(expected, preNorm, layer.CrossNorm!,
            y => AttentionInSteps.Run((MultiHeadCrossAttention)layer.Cross!, Heads, y, memory, cross).Output);
        expected = Formula(expected, preNorm, layer.Norm2!, y => FeedForward((FeedForward)layer.Positionwise!, y, activation));
        Near(expected, layer.Forward(x, self, _context, memory, cross));
    }

    [Theory]
    [InlineData(false, Activation.Gelu, true, true)]
    [InlineData(true, Activation.GeluTanh, true, false)]
    [InlineData(false, Activation.Silu, false, false)]
    [InlineData(true, Activation.Gelu, false, true)]
    public void AnEncoderLayerHasTheRightGradients(bool preNorm, Activation activation, bool bias, bool padding)
    {
        TransformerLayer layer = Encoder(preNorm, activation, bias);
        AttentionMask mask = new(Causal: padding, KeyPadding: padding ? Padding(Length) : null);
        CheckGradients(layer, inputs => layer.Forward(inputs[0], mask, _context), Random(1, 2, Length, Dim));
    }

    [Theory]
    [InlineData(false, Activation.Gelu, true, true)]
    [InlineData(true, Activation.Silu, false, false)]
    public void ADecoderLayerHasTheRightGradients(bool preNorm, Activation activation, bool bias, bool padding)
    {
        TransformerLayer layer = Decoder(preNorm, activation, bias);
        CheckGradients(
            layer,
            inputs => layer.Forward(
                inputs[0], new AttentionMask(Causal: true, KeyPadding: padding ? Padding(Length) : null), _context,
                inputs[1], new AttentionMask(KeyPadding: padding ? Padding(MemoryLength) : null)),
            Random(1, 2, Length, Dim),
            Random(2, 2, MemoryLength, MemoryDim));
    }

    [Fact]
    public void DropoutInEveryPlaceIsDifferentiatedRight()
    {
        TransformerLayer layer = new(
            new TransformerLayerOptions
            {
                Dim = Dim,
                Heads = Heads,
                FeedForward = 8,
                Activation = Activation.Gelu,
                Dropout = 0.2f,
                AttentionDropout = 0.2f,
                ActivationDropout = 0.3f,
            },
            new RandomSource(1));
        Spread(layer);
        RandomSource random = new(3);
        CheckGradients(
            layer,
            inputs =>
            {
                random.MoveTo(7);
                return layer.Forward(inputs[0], new AttentionMask(Causal: true), ForwardContext.Training(random));
            },
            Random(1, 2, Length, Dim));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AWindowHidesOldKeys(bool inOnePass)
    {
        MultiHeadAttention attention = new(Dim, Heads, new RandomSource(1));
        AttentionMask mask = new(Causal: true, Window: 2);
        Tensor x = Random(1, 1, 5, Dim), changed = TensorOperators.Concat(1, Random(2, 1, 2, Dim), x.Slice(1, 2, 3));
        float[] y = Output(x), z = Output(changed);
        for (int i = 3 * Dim; i < 5 * Dim; i++)
        {
            Assert.Equal(y[i], z[i], 1e-6);
        }

        Assert.NotEqual(y[2 * Dim], z[2 * Dim]);

        float[] Output(Tensor input) =>
            (inOnePass ? attention.Forward(input, mask, _context) : AttentionInSteps.Run(attention, Heads, input, mask).Output).ToArray();
    }

    private static TransformerLayer Encoder(bool preNorm, Activation activation, bool bias)
    {
        TransformerLayer layer = new(Options(preNorm, activation, bias), new RandomSource(1));
        Spread(layer);
        return layer;
    }

    private static TransformerLayer Decoder(bool preNorm, Activation activation, bool bias)
    {
        TransformerLayer layer = new(Options(preNorm, activation, bias), new RandomSource(1), MemoryDim);
        Spread(layer);
        return layer;
    }

    private static TransformerLayerOptions Options(bool preNorm, Activation activation, bool bias) =>
        new() { Dim = Dim, Heads = Heads, FeedForward = 8, Activation = activation, PreNorm = preNorm, Bias = bias };

    // Biases start at 0 and gains at 1: other values show more.
    private static void Spread(Module module)
    {
        ulong number = 0;
        foreach (NamedParameter named in module.Parameters().Where(named => named.Parameter.Rank == 1))
        {
            named.Parameter.Assign(named.Parameter.Detach()
                + Tensor.Uniform(named.Parameter.Shape, -0.5f, 0.5f, new RandomKey(8, number++)));
        }
    }

    private static void CheckGradients(Module module, Func<Tensor[], Tensor> function, params Tensor[] inputs)
    {
        Tensor[] leaves = [.. inputs, .. module.Parameters().Select(named => named.Parameter)];
        double error = GradientCheck.Run(function, leaves, step: 0.01f);
        Assert.True(error < 1e-3, $"the gradients differ by {error:G3}");
    }

    private static Tensor Formula(Tensor x, bool preNorm, Norm norm, Func<Tensor, Tensor> function) =>
        preNorm ? x + function(norm.Forward(x)) : norm.Forward(x + function(x));

    private static Tensor FeedForward(FeedForward layer, Tensor x, Activation activation) =>
        layer.Fc2.Forward(layer.Fc1.Forward(x).Activate(activation));

    // The second row ends in padding.
    private static Tensor Padding(int length) =>
        Tensor.From([.. Enumerable.Range(0, 2 * length).Select(i => i >= (2 * length) - 2 ? 1f : 0)], new Shape(2, length));

    private static Tensor Random(ulong number, params int[] sizes) => Tensor.Uniform(new Shape(sizes), -1, 1, new RandomKey(5, number));

    private static void Near(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.All(expected.ToArray().Zip(actual.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 2e-5));
    }
}
