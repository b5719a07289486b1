using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Formulas;
using Xunit;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>DeLighT's layers beside plain ones, the invariants of its plans, and its models step by step.</summary>
public sealed class DelightTests
{
    public sealed record GroupedSize(int Groups, int Inputs, int Outputs, bool Norm, bool Shuffle);

    private const int Vocabulary = 17, Steps = 9;

    private static readonly DelightConfig _delight =
        new() { MinDepth = 2, MaxDepth = 5, MapDim = 8, MaxGroups = 4, EmbDepth = 3, UnitDropout = 0.1f };

    private static readonly LanguageModelConfig _language = new()
    {
        Vocab = Vocabulary,
        Dim = 16,
        Layers = 3,
        Heads = 1,
        Ffn = 4,
        Activation = Activation.Silu,
        Delight = _delight,
        MaxPositions = 32,
    };

    private static readonly EncoderDecoderConfig _translation = new()
    {
        SrcVocab = Vocabulary,
        Vocab = Vocabulary,
        Dim = 16,
        Heads = 2,
        Ffn = 4,
        EncoderLayers = 3,
        DecoderLayers = 3,
        Activation = Activation.Silu,
        Tie = EmbeddingTie.All,
        Delight = _delight,
        MaxPositions = 32,
    };

    private static Arbitrary<UnitOptions> Options()
    {
        Gen<UnitOptions> options =
            from groups in Gen.Choose(0, 5).Select(power => 1 << power)
            from input in Gen.Choose(1, 40)
            from projection in Gen.Choose(1, 4)
            from output in Gen.Choose(1, 4)
            from width in Gen.Choose(1, 50)
            from depth in Gen.Choose(2, 13)
            from flags in Gen.Choose(0, 7)
            select new UnitOptions
            {
                Input = input,
                Projection = projection * groups,
                Output = output * groups,
                WidthMultiplier = Math.Max(width / 10.0, 1.0 / input),
                Depth = depth,
                MaxGroups = groups,
                Mode = (flags & 1) != 0 ? UnitMode.Define : UnitMode.Dextra,
                Shuffle = (flags & 2) != 0,
                Mixer = (flags & 4) != 0,
            };
        return options.ToArbitrary();
    }

    public static Arbitrary<GroupedSize> GroupedSizes()
    {
        Gen<GroupedSize> sizes =
            from groups in Gen.Choose(1, 6)
            from inputs in Gen.Choose(1, 7)
            from outputs in Gen.Choose(2, 7)
            from flags in Gen.Choose(0, 3)
            select new GroupedSize(groups, groups * inputs, groups * outputs, (flags & 1) != 0, (flags & 2) != 0);
        return sizes.ToArbitrary();
    }

    [Property(Arbitrary = [typeof(DelightTests)], MaxTest = 60)]
    public void AGroupedLayerIsABlockDiagonalMapAndAPermutation(GroupedSize size)
    {
        RandomSource random = new(5);
        GroupedLinear layer = new(size.Inputs, size.Outputs, size.Groups, random, norm: size.Norm, shuffle: size.Shuffle,
            activation: Activation.Silu);
        Tensor x = Initialization.Normal(new Shape(3, 2, size.Inputs), 1, random);
        Tensor bias = Initialization.Normal(layer.Bias!.Shape, 1, random);
        layer.Bias.CopyFrom(bias.ToArray());
        Tensor expected = x.Linear(Dense(layer, size.Groups), bias).Reshape(new Shape(6, size.Outputs));
        if (size.Shuffle)
        {
            // Place j g + k receives feature j of group k.
            int width = size.Outputs / size.Groups;
            int[] order = [.. Enumerable.Range(0, size.Outputs).Select(place => (place % size.Groups * width) + (place / size.Groups))];
            expected = expected.IndexSelect(1, Tensor.From(order, new Shape(order.Length)));
        }

        if (layer.Norm is { } norm)
        {
            expected = norm.Forward(expected.Reshape(new Shape(6 * size.Groups, size.Outputs / size.Groups)));
        }

        EncoderDecoderTests.Near(expected.Activate(Activation.Silu).ToArray(), layer.Forward(x).ToArray(), $"{size}");
    }

    [Property(MaxTest = 60)]
    public Property PlansDivideAndCountTheirUnits() => Prop.ForAll(Options(), CheckParts);

    private static void CheckParts(UnitOptions options)
    {
        UnitPlan plan = UnitPlan.Create(options, "here");
        Assert.Equal(options.Depth, plan.Groups.Count);
        Assert.Equal((options.Projection, options.Output), (plan.Inputs[0], plan.Outputs[^1]));
        for (int i = 0; i < options.Depth; i++)
        {
            Assert.Equal((0, 0), (plan.Inputs[i] % plan.Groups[i], plan.Outputs[i] % plan.Groups[i]));
            if (i + 1 < options.Depth)
            {
                Assert.Equal((0, 0), (plan.Outputs[i] % plan.Groups[i + 1], options.Projection % plan.Groups[i + 1]));
                Assert.Equal(plan.Outputs[i] + (options.Mixer ? options.Projection : 0), plan.Inputs[i + 1]);
            }
        }

        Assert.Equal(new DextraUnit(plan, new RandomSource(1)).ParameterCount, plan.ParameterCount);
    }

    [Property(MaxTest = 200)]
    public Property PlansRiseAndFall() => Prop.ForAll(Options(), CheckCourse);

    private static void CheckCourse(UnitOptions options)
    {
        UnitPlan plan = UnitPlan.Create(options, "here");
        int middle = (options.Depth - 1) / 2;
        if (options.Mode == UnitMode.Define)
        {
            Assert.Equal(1, plan.Groups[^1]);
            Assert.All(Enumerable.Range(1, options.Depth - 1),
                i => Assert.True(plan.Groups[i - 1] == 2 * plan.Groups[i] || plan.Groups[i - 1] == 1));
            return;
        }

        Assert.Equal(plan.Groups, plan.Groups.Reverse());
        bool widens = options.Input * options.WidthMultiplier >= options.Projection;
        for (int i = 1; i < options.Depth; i++)
        {
            bool rises = i <= middle;
            Assert.True(rises ? plan.Groups[i] >= plan.Groups[i - 1] : plan.Groups[i] <= plan.Groups[i - 1]);
            if (widens && i < options.Depth - 1)
            {
                Assert.True(rises ? plan.Outputs[i] >= plan.Outputs[i - 1] : plan.Outputs[i] <= plan.Outputs[i - 1]);
            }
        }
    }

    [Property]
    public void BlocksGrowFromTheLeastToTheGreatestDepth(byte from, byte by, byte count)
    {
        int least = 2 + (from % 8), most = least + (by % 10), blocks = 2 + (count % 13);
        IReadOnlyList<(int Depth, double Width)> scaling = new DelightConfig { MinDepth = least, MaxDepth = most }.Scaling(blocks);
        Assert.Equal((least, 2.0), scaling[0]);
        Assert.Equal((most, Math.Round(1 + ((double)most / least), 3)), scaling[^1]);
        Assert.True(scaling.Zip(scaling.Skip(1))
            .All(pair => pair.First.Depth <= pair.Second.Depth && pair.First.Width <= pair.Second.Width));
    }

    public static TheoryData<bool, UnitMode, bool> Kinds => new()
    {
        { true, UnitMode.Dextra, false }, { false, UnitMode.Dextra, false }, { true, UnitMode.Define, false },
    { true, UnitMode.Dextra, true },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void StepsOfALanguageModelGiveWhatTheWholeSequenceGives(bool preNorm, UnitMode mode, bool adaptive)
    {
        AdaptiveClusters clusters = new() { Cutoffs = [5, 9], Div = 2, Form = AdaptiveForm.Delight, NormalTails = true };
        LanguageModelConfig config = _language with
        {
            PreNorm = preNorm,
            Delight = _delight with { Mode = mode },
            Adaptive = adaptive ? clusters : null,
        };
        CausalLanguageModel model = new(config, new RandomSource(3));
        Assert.Equal(model.ParameterCount, LanguageModelFormula.Parameters(config));
        Tensor tokens = Tensor.From(EncoderDecoderTests.Tokens(2 * Steps, 1), new Shape(2, Steps));
        float[] expected = model.Forward(tokens, ForwardContext.Inference).ToArray();
        LanguageModelState state = model.CreateState(2);
        for (int place = 0, next = 1; place < Steps; place += next, next = Math.Min(next + 1, Steps - place))
        {
            float[] actual = model.Step(tokens.Slice(1, place, next), state).ToArray();
            for (int row = 0; row < 2; row++)
            {
                int last = (row * Steps) + place + next - 1;
                EncoderDecoderTests.Near(expected.AsSpan(last * Vocabulary, Vocabulary), actual.AsSpan(row * Vocabulary, Vocabulary),
                    $"place {place}, row {row}");
            }
        }
    }

    [Theory]
    [InlineData(false, EmbeddingTie.All)]
    [InlineData(true, EmbeddingTie.Decoder)]
    [InlineData(false, EmbeddingTie.None)]
    public void StepsOfADecoderGiveWhatTheWholeSequenceGives(bool preNorm, EmbeddingTie tie)
    {
        EncoderDecoderConfig config = _translation with { PreNorm = preNorm, Tie = tie };
        EncoderDecoderModel model = new(config, new RandomSource(3));
        Assert.Equal(model.ParameterCount, EncoderDecoderFormula.Parameters(config));
        Tensor source = EncoderDecoderTests.Sources();
        Tensor previous = Tensor.From(EncoderDecoderTests.Tokens(3 * Steps, 2), new Shape(3, Steps));
        float[] expected = model.Forward(source, previous, ForwardContext.Inference).ToArray();
        DecodingState state = model.CreateState(model.Encode(source, ForwardContext.Inference));
        for (int step = 0; step < Steps; step++)
        {
            float[] actual = model.Step(previous.Slice(1, step, 1).Contiguous(), state).ToArray();
            for (int row = 0; row < 3; row++)
            {
                EncoderDecoderTests.Near(
                    expected.AsSpan(((row * Steps) + step) * Vocabulary, Vocabulary), actual.AsSpan(row * Vocabulary, Vocabulary),
                    $"step {step}, row {row}");
            }
        }
    }

    [Fact]
    public void DropoutOfAnAdaptiveSoftmaxActsInTrainingOnly()
    {
        Tensor tokens = Tensor.From(EncoderDecoderTests.Tokens(2 * Steps, 1), new Shape(2, Steps));
        AdaptiveClusters plain = new() { Cutoffs = [5, 9], Div = 2, Form = AdaptiveForm.Delight, NormalTails = true };
        DelightConfig quiet = _delight with { UnitDropout = 0, SharedDropout = 0 };
        float expected = Loss(plain, ForwardContext.Inference),
            dropped = Loss(plain with { Dropout = 0.5f }, ForwardContext.Training(new RandomSource(7)));
        Assert.Equal(expected, Loss(plain, ForwardContext.Training(new RandomSource(7))));
        Assert.Equal(expected, Loss(plain with { Dropout = 0.5f }, ForwardContext.Inference));
        Assert.NotEqual(expected, dropped);
        Assert.Equal(dropped, Loss(plain with { Dropout = 0.5f }, ForwardContext.Training(new RandomSource(7))));

        float Loss(AdaptiveClusters clusters, ForwardContext context) =>
            new CausalLanguageModel(_language with { Delight = quiet, Adaptive = clusters }, new RandomSource(3))
                .Loss(tokens, tokens, context).Loss.Item();
    }

    [Fact]
    public void TheSharedMaskIsThatOfAllPositions()
    {
        DelightEmbedding embedding = new(new DelightConfig { MapDim = 8, EmbDepth = 2 }.EmbeddingUnit(16, Activation.Silu, "here"), null,
            0.5f, new RandomSource(3));
        Tensor tokens = Tensor.From(new int[2 * Steps], new Shape(2, Steps));
        float[] y = embedding.Forward(Tensor.Ones(new Shape(2, Steps, 8)), tokens, ForwardContext.Training(new RandomSource(4)), [0])
            .ToArray();
        Assert.All(Enumerable.Range(0, y.Length), i => Assert.Equal(y[(i / (Steps * 16) * Steps * 16) + (i % 16)], y[i]));
        Assert.Contains(0f, y);
    }

    private static Tensor Dense(GroupedLinear layer, int groups)
    {
        int outputs = layer.Weight.Shape[1], inputs = layer.Weight.Shape[2];
        float[] weight = layer.Weight.ToArray(), dense = new float[groups * outputs * groups * inputs];
        for (int i = 0; i < weight.Length; i++)
        {
            (int group, int output, int input) = (i / (outputs * inputs), i / inputs % outputs, i % inputs);
            dense[(((group * outputs) + output) * groups * inputs) + (group * inputs) + input] = weight[i];
        }

        return Tensor.From(dense, new Shape(groups * outputs, groups * inputs));
    }
}
