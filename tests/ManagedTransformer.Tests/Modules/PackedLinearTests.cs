using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Modules;

/// <summary>Maps that share a matrix: outputs, gradients and adapters of each are those of a map by itself.</summary>
public sealed class PackedLinearTests
{
    private const int Inputs = 5;
    private static readonly int[] _outputs = [3, 1, 4];

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void EveryMapIsItself(bool hasBias, bool hasAdapters)
    {
        PackedLinear packed = Create(hasBias, hasAdapters);
        Tensor x = Input(), y = packed.Forward(x, ForwardContext.Inference), last = packed.Forward(x, first: 1);
        for (int i = 0, start = 0; i < _outputs.Length; start += _outputs[i++])
        {
            float[] expected = packed[i].Forward(x).ToArray();
            Near(expected, y.Slice(2, start, _outputs[i]).ToArray());
            if (i > 0)
            {
                Near(expected, last.Slice(2, start - _outputs[0], _outputs[i]).ToArray());
            }
        }
    }

    [Fact]
    public void AFrozenMatrixGetsNoGradientAndItsAdaptersDo()
    {
        PackedLinear packed = Create(hasBias: true, hasAdapters: true);
        for (int i = 0; i < _outputs.Length; i++)
        {
            (packed[i].Weight.RequiresGradient, packed[i].Bias!.RequiresGradient) = (false, false);
        }

        packed.Forward(Input(), ForwardContext.Inference).Sum().Backward();
        for (int i = 0; i < _outputs.Length; i++)
        {
            Assert.Null(packed[i].Weight.Gradient);
            Assert.Null(packed[i].Bias!.Gradient);
        }

        Assert.NotNull(packed[0].Adapter!.Down.Gradient);
        Assert.NotNull(packed[2].Adapter!.Up.Gradient);
    }

    [Fact]
    public void ABiasCanBeTrainedAlone()
    {
        PackedLinear packed = Create(hasBias: true, hasAdapters: false);
        for (int i = 0; i < _outputs.Length; i++)
        {
            packed[i].Weight.RequiresGradient = false;
        }

        packed.Forward(Input(), ForwardContext.Inference).Sum().Backward();
        Assert.Null(packed[1].Weight.Gradient);
        Assert.All(packed[2].Bias!.Gradient!.ToArray(), value => Assert.Equal(6, value, 1e-5f));
    }

    [Fact]
    public void OneTrainedMapIsEnoughForAGradient()
    {
        PackedLinear packed = Create(hasBias: false, hasAdapters: false);
        (packed[0].Weight.RequiresGradient, packed[2].Weight.RequiresGradient) = (false, false);
        Tensor x = Input();
        packed.Forward(x, ForwardContext.Inference).Sum().Backward();
        float[] actual = packed[1].Weight.Gradient!.ToArray();
        Linear map = new(new Parameter(Tensor.From(packed[1].Weight.ToArray(), packed[1].Weight.Shape)), null);
        map.Forward(x).Sum().Backward();
        Near(map.Weight.Gradient!.ToArray(), actual);
    }

    [Fact]
    public void AdaptersDropInTraining()
    {
        PackedLinear packed = Create(hasBias: false, hasAdapters: true, dropout: 0.5f);
        Tensor x = Input();
        Assert.NotEqual(
            packed.Forward(x, ForwardContext.Inference).ToArray(),
            packed.Forward(x, ForwardContext.Training(new RandomSource(3))).ToArray());
    }

    private static PackedLinear Create(bool hasBias, bool hasAdapters, float dropout = 0)
    {
        RandomSource random = new(1);
        PackedLinear packed = new(Initialization.Uniform(new Shape(_outputs.Sum(), Inputs), 1, random), hasBias, _outputs);
        for (int i = 0; i < _outputs.Length; i++)
        {
            packed[i].Bias?.Assign(Tensor.Normal(new Shape(_outputs[i]), 0, 1, random.NextKey()));
            if (hasAdapters && i != 1)
            {
                packed[i].Adapter = new LoraAdapter(Inputs, _outputs[i], rank: 2, alpha: 3, random, dropout);
                packed[i].Adapter!.Up.Assign(Tensor.Normal(new Shape(_outputs[i], 2), 0, 1, random.NextKey()));
            }
        }

        return packed;
    }

    private static Tensor Input() => Tensor.Normal(new Shape(2, 3, Inputs), 0, 1, new RandomKey(7, 0));

    private static void Near(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }
}
