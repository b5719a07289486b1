using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Formulas;
using Xunit;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>The causal language model: sizes, cached decoding, padding, initial weights, dropout.</summary>
public sealed class CausalLanguageModelTests
{
    private static readonly LanguageModelConfig _small = new() { Vocab = 13, Dim = 8, Layers = 2, Heads = 2, Ffn = 12, MaxPositions = 128 };

    // Several steps, blocks of any length, one longer than all before; together past the first growth of the cache.
    private static readonly int[] _blocks = [1, 1, 5, 1, 20, 1, 40, 3, 1];

    private static readonly PositionKind[] _absolute = [.. Enum.GetValues<PositionKind>().Where(kind => kind != PositionKind.Relative)];

    public static MatrixTheoryData<bool, PositionKind, bool> Kinds => new([false, true], _absolute, [false, true]);

    public static Arbitrary<LanguageModelConfig> Configurations()
    {
        Gen<LanguageModelConfig> configurations =
            from vocab in Gen.Choose(3, 40)
            from heads in Gen.Choose(1, 3)
            from width in Gen.Choose(1, 5)
            from layers in Gen.Choose(1, 3)
            from ffn in Gen.Choose(0, 9)
            from positions in Gen.Elements(_absolute)
            from flags in Gen.Choose(0, 31)
            from init in Gen.Elements(Enum.GetValues<InitializationScheme>())
            select new LanguageModelConfig
            {
                Vocab = vocab,
                Dim = heads * width,
                Heads = heads,
                Layers = layers,
                Ffn = ffn == 0 ? null : ffn,
                Positions = positions,
                MaxPositions = 7,
                PreNorm = (flags & 1) != 0,
                Tie = (flags & 2) != 0,
                Bias = (flags & 4) != 0,
                EmbeddingNorm = (flags & 8) != 0,
                PaddingIdx = (flags & 16) != 0 ? 1 : null,
                Init = init,
            };
        return configurations.ToArbitrary();
    }

    [Property(Arbitrary = [typeof(CausalLanguageModelTests)], MaxTest = 60)]
    public bool TheFormulaCountsTheParameters(LanguageModelConfig config) =>
        new CausalLanguageModel(config, new RandomSource(1)).ParameterCount == LanguageModelFormula.Parameters(config);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void StepsGiveWhatTheWholeSequenceGives(bool preNorm, PositionKind positions, bool padding)
    {
        CausalLanguageModel model = new(
            _small with { PreNorm = preNorm, Positions = positions, PaddingIdx = padding ? 1 : null, ScaleEmbedding = true },
            new RandomSource(3));
        int[] ids = Tokens(2 * _blocks.Sum(), padding ? 2 : 0, 13);
        Tensor tokens = Tensor.From(ids, new Shape(2, _blocks.Sum()));
        float[] expected = model.Forward(tokens, ForwardContext.Inference).ToArray();
        LanguageModelState state = model.CreateState(2);
        int place = 0;
        foreach (int block in _blocks)
        {
            using StepScope scope = new();
            Tensor logits = model.Step(tokens.Slice(1, place, block), state);
            place += block;
            Assert.Equal(place, state.Length);
            Assert.Equal(new Shape(2, 13), logits.Shape);
            float[] actual = logits.ToArray();
            for (int row = 0; row < 2; row++)
            {
                Near(expected.AsSpan(((row * _blocks.Sum()) + place - 1) * 13, 13), actual.AsSpan(row * 13, 13),
                    $"after {place} tokens, row {row}");
            }
        }

        // A state that forgets starts over.
        state.Reset();
        Near(expected.AsSpan(4 * 13, 13), model.Step(tokens.Slice(1, 0, 5), state).ToArray().AsSpan(0, 13), "after reset");
    }

    public static TheoryData<FeatureMapKind, LinearGateKind> LinearKinds
    {
        get
        {
            TheoryData<FeatureMapKind, LinearGateKind> kinds = [];
            foreach (FeatureMapKind map in Enum.GetValues<FeatureMapKind>())
            {
                foreach (LinearGateKind gate in Enum.GetValues<LinearGateKind>())
                {
                    kinds.Add(map, gate);
                }
            }

            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(LinearKinds))]
    public void LinearAttentionStepsGiveWhatTheWholeSequenceGivesInConstantMemory(FeatureMapKind map, LinearGateKind gate)
    {
        LanguageModelConfig config = _small with
        {
            Attention = AttentionKind.Linear,
            Linear = new LinearAttentionConfig { Map = map, FeatureSize = 8, Gate = gate },
            Init = InitializationScheme.FanIn,
        };
        CausalLanguageModel model = new(config, new RandomSource(3));
        Assert.Equal(model.ParameterCount, LanguageModelFormula.Parameters(config));
        Tensor tokens = Tensor.From(Tokens(2 * _blocks.Sum(), 0, 13), new Shape(2, _blocks.Sum()));
        float[] expected = model.Forward(tokens, ForwardContext.Inference).ToArray();
        LanguageModelState state = model.CreateState(2);
        long bytes = state.Bytes;
        int place = 0;
        foreach (int block in _blocks)
        {
            using StepScope scope = new();
            float[] actual = model.Step(tokens.Slice(1, place, block), state).ToArray();
            place += block;
            for (int row = 0; row < 2; row++)
            {
                Near(expected.AsSpan(((row * _blocks.Sum()) + place - 1) * 13, 13), actual.AsSpan(row * 13, 13),
                    $"after {place} tokens, row {row}", 5e-5);
            }
        }

        Assert.Equal(bytes, state.Bytes);
    }

    [Fact]
    public void FanInDrawsTheMapsOfEveryAttention()
    {
        LanguageModelConfig softmax = _small with { Init = InitializationScheme.FanIn, Heads = 1 },
            linear = softmax with { Attention = AttentionKind.Linear, Linear = new LinearAttentionConfig { Map = FeatureMapKind.Elu1 } };
        foreach (LanguageModelConfig config in new[] { softmax, linear })
        {
            CausalLanguageModel model = new(config, new RandomSource(3));
            float bound = 1 / MathF.Sqrt(config.Dim);
            foreach (NamedParameter named in model.Parameters().Where(named => named.Name.Contains(".attn.", StringComparison.Ordinal)))
            {
                float most = named.Parameter.ToArray().Max(MathF.Abs);
                Assert.True(most <= bound && most > 0.5f * bound, $"{named.Name}: {most} of {bound}");
            }
        }
    }

    [Fact]
    public void AStateRefusesTokensOfOtherRows()
    {
        CausalLanguageModel model = new(_small, new RandomSource(1));
        Assert.Contains("2 rows", Assert.Throws<ArgumentException>(() =>
            model.Step(Tensor.From(Tokens(3, 0, 13), new Shape(3, 1)), model.CreateState(2))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => model.Step(Tensor.From(Tokens(3, 0, 13), new Shape(3)), model.CreateState(3)));
    }

    [Fact]
    public void TheStateSaysHowMuchRoomItHas()
    {
        CausalLanguageModel model = new(_small with { MaxPositions = 10 }, new RandomSource(1));
        LanguageModelState state = model.CreateState();
        model.Step(Tensor.From(Tokens(8, 0, 13), new Shape(1, 8)), state);
        Assert.Equal((8, 2), (state.Length, state.Room));
        Assert.True(state.Bytes >= 2 * 2 * 8 * 8 * sizeof(float));
        string message = Assert.Throws<ArgumentException>(() => model.Step(Tensor.From(Tokens(3, 0, 13), new Shape(1, 3)), state)).Message;
        Assert.Contains("10", message, StringComparison.Ordinal);
        Assert.Equal(8, state.Length);
        Assert.Throws<ArgumentException>(() => model.Forward(Tensor.From(Tokens(11, 0, 13), new Shape(1, 11)), ForwardContext.Inference));
        Assert.Equal(int.MaxValue,
            new CausalLanguageModel(_small with { Positions = PositionKind.None }, new RandomSource(1)).CreateState().Room);
    }

    [Theory]
    [InlineData(PositionKind.Half)]
    [InlineData(PositionKind.Learned)]
    public void PaddingChangesNothingForRealTokens(PositionKind positions)
    {
        CausalLanguageModel model = new(_small with { PaddingIdx = 1, Positions = positions }, new RandomSource(2));
        float[] alone = model.Forward(Tensor.From([4, 5, 6], new Shape(1, 3)), ForwardContext.Inference).ToArray();
        float[] left = model.Forward(Tensor.From([1, 1, 4, 5, 6], new Shape(1, 5)), ForwardContext.Inference).ToArray();
        float[] right = model.Forward(Tensor.From([4, 5, 6, 1, 1], new Shape(1, 5)), ForwardContext.Inference).ToArray();
        Near(alone, left.AsSpan(2 * 13), "padding on the left");
        Near(alone, right.AsSpan(0, 3 * 13), "padding on the right");
    }

    [Fact]
    public void LaterTokensChangeNothing()
    {
        CausalLanguageModel model = new(_small, new RandomSource(2));
        float[] first = model.Forward(Tensor.From([4, 5, 6, 7], new Shape(1, 4)), ForwardContext.Inference).ToArray();
        float[] second = model.Forward(Tensor.From([4, 5, 9, 0], new Shape(1, 4)), ForwardContext.Inference).ToArray();
        Assert.Equal(first[..26], second[..26]);
        Assert.NotEqual(first[26..39], second[26..39]);
    }

    [Fact]
    public void TheSeedDecidesTheWeights()
    {
        static float[] Weights(ulong seed) =>
            [.. new CausalLanguageModel(_small, new RandomSource(seed)).Parameters().SelectMany(named => named.Parameter.ToArray())];
        Assert.Equal(Weights(1), Weights(1));
        Assert.NotEqual(Weights(1), Weights(2));
    }

    [Fact]
    public void Gpt2WeightsHaveItsDeviations()
    {
        CausalLanguageModel model = new(_small with { Dim = 64, Ffn = 256, Layers = 8, Heads = 4, Init = InitializationScheme.Gpt2 },
            new RandomSource(1));
        Assert.Equal(0.02, Deviation(model.Layers[3].Attention.Key.Weight), 0.001);
        Assert.Equal(0.02 / 4, Deviation(model.Layers[3].Attention.Out.Weight), 0.0003);
        Assert.Equal(0.02 / 4, Deviation(FeedForward(model, 7).Fc2.Weight), 0.0003);
        Assert.Equal(0.02, Deviation(model.Embedding.Weight!), 0.002);
        Assert.All(FeedForward(model, 0).Fc1.Bias!.ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void DropoutFollowsTheStep()
    {
        CausalLanguageModel model = new(_small with { Dropout = 0.2f, AttentionDropout = 0.1f, ActivationDropout = 0.1f },
            new RandomSource(1));
        Tensor tokens = Tensor.From(Tokens(12, 0, 13), new Shape(2, 6)), targets = Tensor.From(Tokens(12, 1, 13), new Shape(2, 6));
        RandomSource random = new(9);
        float Loss(ulong step)
        {
            random.MoveTo(step);
            return model.Loss(tokens, targets, ForwardContext.Training(random)).Loss.Item();
        }

        float first = Loss(1);
        Assert.NotEqual(first, Loss(2));
        Assert.Equal(first, Loss(1));
        Assert.NotEqual(first, model.Loss(tokens, targets, ForwardContext.Inference).Loss.Item());
    }

    [Fact]
    public void TheLossIsTheCrossEntropyOfTheLogits()
    {
        CausalLanguageModel model = new(_small with { PaddingIdx = 1, Tie = false }, new RandomSource(1));
        Tensor tokens = Tensor.From(Tokens(12, 2, 13), new Shape(2, 6)),
            targets = Tensor.From([3, 4, 5, 1, 1, 1, 7, 8, 9, 10, 11, 12], new Shape(2, 6));
        CrossEntropyResult expected = model.Forward(tokens, ForwardContext.Inference).CrossEntropy(targets, new CrossEntropyOptions
        {
            IgnoredTarget = 1,
        });
        CrossEntropyResult actual = model.Loss(tokens, targets, ForwardContext.Inference);
        Assert.Equal(9, actual.Targets);
        Assert.Equal(expected.Loss.Item(), actual.Loss.Item(), 1e-5);
        Assert.Equal(expected.NegativeLogLikelihood.Item(), actual.NegativeLogLikelihood.Item(), 1e-4);
    }

    [Fact]
    public void WrongSizesAreRefused()
    {
        Assert.Throws<InputException>(() => new CausalLanguageModel(_small with { Heads = 3 }, new RandomSource(1)));
        Assert.Throws<InputException>(() => new CausalLanguageModel(_small with { Dropout = 1 }, new RandomSource(1)));
        Assert.Throws<InputException>(() => new CausalLanguageModel(_small with { PaddingIdx = 13 }, new RandomSource(1)));
        Assert.Throws<InputException>(() => new CausalLanguageModel(_small with { Vocab = 0 }, new RandomSource(1)));
    }

    private static int[] Tokens(int count, int lowest, int vocabulary) =>
        [.. Enumerable.Range(0, count).Select(i => lowest + (i * 7 % (vocabulary - lowest)))];

    private static FeedForward FeedForward(CausalLanguageModel model, int layer) =>
        Assert.IsType<FeedForward>(model.Layers[layer].Positionwise);

    private static double Deviation(Tensor x)
    {
        float[] values = x.ToArray();
        double mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }

    private static void Near(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what, double tolerance = 2e-5)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * (1 + Math.Abs(expected[i])),
                $"{what}, logit {i}: {actual[i]} instead of {expected[i]}");
        }
    }
}
