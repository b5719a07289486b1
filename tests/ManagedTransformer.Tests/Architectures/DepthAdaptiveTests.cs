using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Hashing;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Formulas;
using ManagedTransformer.Tests.Golden.DepthAdaptive;
using Xunit;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>
/// Decoding with early exits agrees with the parallel forward of the same exits, whatever rows do; exit rules; mixed training; refusals.
/// </summary>
public sealed class DepthAdaptiveTests
{
    private const int Vocabulary = 17, Layers = 4;

    private static readonly EncoderDecoderConfig _small = new()
    {
        SrcVocab = Vocabulary,
        Vocab = Vocabulary,
        Dim = 8,
        DecoderDim = 6,
        Heads = 2,
        Ffn = 12,
        EncoderLayers = 1,
        DecoderLayers = Layers,
        MaxPositions = 96,
        Tie = EmbeddingTie.None,
    };

    public static TheoryData<bool, ExitClassifiers> Kinds => new()
    {
        { false, ExitClassifiers.Separate },
        { false, ExitClassifiers.Shared },
        { false, ExitClassifiers.Tied },
        { true, ExitClassifiers.Separate },
        { true, ExitClassifiers.Tied },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ForcedExitsGiveWhatTheWholeSequenceGives(bool preNorm, ExitClassifiers classifiers)
    {
        const int rows = 3, steps = 70;
        EncoderDecoderModel model = Build(preNorm, classifiers);
        Tensor source = EncoderDecoderTests.Sources();
        EncoderOutput memory = model.Encode(source, ForwardContext.Inference);
        int[] previous = EncoderDecoderTests.Tokens(rows * steps, 2), exits = Exits(rows * steps, 7);
        float[] expected = Logits(model, memory, Tensor.From(previous, new Shape(rows, steps)), exits);
        DecodingState state = model.CreateState(memory);
        for (int step = 0; step < steps; step++)
        {
            using StepScope scope = new();
            int[] tokens = [.. Enumerable.Range(0, rows).Select(row => previous[(row * steps) + step])],
                taken = [.. Enumerable.Range(0, rows).Select(row => exits[(row * steps) + step])];
            float[] actual = model.Step(Tensor.From(tokens, new Shape(rows, 1)), state, taken).ToArray();
            Assert.Equal(taken, state.Exits.ToArray());
            for (int row = 0; row < rows; row++)
            {
                EncoderDecoderTests.Near(
                    expected.AsSpan(((row * steps) + step) * Vocabulary, Vocabulary), actual.AsSpan(row * Vocabulary, Vocabulary),
                    $"step {step}, row {row}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ReorderedRowsKeepTheStatesOfTheirTokens(bool preNorm, ExitClassifiers classifiers)
    {
        const int beam = 3, steps = 14;
        EncoderDecoderModel model = Build(preNorm, classifiers);
        EncoderOutput memory = model.Encode(EncoderDecoderTests.Sources(), ForwardContext.Inference);
        DecodingState state = model.CreateState(memory, beam);
        List<(int Sentence, List<int> Tokens, List<int> Exits)> rows =
            [.. Enumerable.Range(0, 3 * beam).Select(row => (row / beam, new List<int>(), new List<int>()))];
        SplitMix64 random = new(11);
        for (int step = 0; step < steps; step++)
        {
            using StepScope scope = new();
            int[] tokens = EncoderDecoderTests.Tokens(rows.Count, (ulong)step), exits = Exits(rows.Count, (ulong)step + 100);
            for (int row = 0; row < rows.Count; row++)
            {
                rows[row].Tokens.Add(tokens[row]);
                rows[row].Exits.Add(exits[row]);
            }

            float[] actual = model.Step(Tensor.From(tokens, new Shape(rows.Count, 1)), state, exits).ToArray();
            for (int row = 0; row < rows.Count; row++)
            {
                (int sentence, List<int> read, List<int> left) = rows[row];
                EncoderOutput own = new(memory.States.Slice(0, sentence, 1), memory.Padding!.Slice(0, sentence, 1));
                float[] expected = Logits(model, own, Tensor.From([.. read], new Shape(1, read.Count)), [.. left]);
                EncoderDecoderTests.Near(expected.AsSpan((read.Count - 1) * Vocabulary), actual.AsSpan(row * Vocabulary, Vocabulary),
                    $"step {step}, row {row}");
            }

            // Any row may follow any other; from time to time one row fewer.
            int count = step % 3 == 2 && rows.Count > 1 ? rows.Count - 1 : rows.Count;
            int[] parents = new int[count];
            for (int i = 0; i < count; i++)
            {
                parents[i] = (int)SplitMix64.Scale(random.Next(), rows.Count);
            }

            state.Reorder(parents);
            rows = [.. parents.Select(
                parent => (rows[parent].Sentence, new List<int>(rows[parent].Tokens), new List<int>(rows[parent].Exits)))];
        }
    }

    [Theory]
    [InlineData(HaltingKind.None)]
    [InlineData(HaltingKind.Sequence)]
    [InlineData(HaltingKind.Multinomial)]
    [InlineData(HaltingKind.Geometric)]
    [InlineData(HaltingKind.Confidence)]
    [InlineData(HaltingKind.Fixed)]
    [InlineData(HaltingKind.Uniform)]
    public void RulesTakeExitsThatReproduceTheirScores(HaltingKind kind)
    {
        const int steps = 9;
        EncoderDecoderModel model = Build(preNorm: false, ExitClassifiers.Separate,
            kind is HaltingKind.Sequence or HaltingKind.Multinomial ? kind : HaltingKind.Geometric);
        EncoderOutput memory = model.Encode(EncoderDecoderTests.Sources(), ForwardContext.Inference);
        int[] previous = EncoderDecoderTests.Tokens(3 * steps, 4), exits = new int[3 * steps];
        float confidence = MedianConfidence(model, memory, Tensor.From(previous, new Shape(3, steps)));
        ExitRule rule = new()
        {
            Kind = kind,
            FixedExit = 3,
            Thresholds = kind == HaltingKind.Confidence ? [confidence] : [0.45f, 0.5f, 0.55f],
        };
        DecodingState state = model.CreateState(memory, 1, rule);
        float[][] scores = new float[steps][];
        for (int step = 0; step < steps; step++)
        {
            int deepest = 0;
            ((DepthState)((IDecodingState)state).Depth!).Observer = (layer, _) => deepest = layer + 1;
            scores[step] = model.Step(Tensor.From([previous[step], previous[steps + step], previous[(2 * steps) + step]], new Shape(3, 1)),
                state).ToArray();
            for (int row = 0; row < 3; row++)
            {
                exits[(row * steps) + step] = state.Exits[row];
            }

            // No layer is run that no row needs.
            Assert.Equal(state.Exits.ToArray().Max(), deepest);
        }

        float[] expected = Logits(model, memory, Tensor.From(previous, new Shape(3, steps)), exits);
        for (int step = 0; step < steps; step++)
        {
            for (int row = 0; row < 3; row++)
            {
                EncoderDecoderTests.Near(
                    expected.AsSpan(((row * steps) + step) * Vocabulary, Vocabulary), scores[step].AsSpan(row * Vocabulary, Vocabulary),
                    $"step {step}, row {row}");
            }
        }

        switch (kind)
        {
            case HaltingKind.None:
                Assert.All(exits, exit => Assert.Equal(Layers, exit));
                break;
            case HaltingKind.Fixed:
                Assert.All(exits, exit => Assert.Equal(3, exit));
                break;
            case HaltingKind.Sequence:
                Assert.All(exits.Chunk(steps), own => Assert.Single(own.Distinct()));
                break;
            case HaltingKind.Uniform or HaltingKind.Confidence:
                Assert.True(exits.Distinct().Count() > 1);
                break;
        }
    }

    [Fact]
    public void MixedTrainingDrawsExitsAndReachesEveryParameter()
    {
        EncoderDecoderModel model = new(_small with { Exits = new DepthConfig { Classifiers = ExitClassifiers.Separate, Paths = 6 } },
            new RandomSource(3));
        Tensor source = EncoderDecoderTests.Sources(), previous = Tensor.From(EncoderDecoderTests.Tokens(15, 2), new Shape(3, 5)),
            target = Tensor.From(EncoderDecoderTests.Tokens(15, 3), new Shape(3, 5));
        TrainingLoss loss = model.TrainingLoss(source, previous, target, ForwardContext.Training(new RandomSource(5)));
        Assert.Equal(15, loss.Prediction.Targets);
        Assert.Equal(loss.Prediction.NegativeLogLikelihood.Item() / 15, loss.Total.Item(), 1e-4f);
        loss.Total.Backward();
        Assert.All(model.Parameters(), named => Assert.NotNull(named.Parameter.Gradient));
    }

    [Theory]
    [InlineData(HaltingKind.Sequence)]
    [InlineData(HaltingKind.Multinomial)]
    [InlineData(HaltingKind.Geometric)]
    public void AlignedTrainingAddsTheExitLoss(HaltingKind kind)
    {
        EncoderDecoderModel model = Build(preNorm: true, ExitClassifiers.Shared, kind, alpha: 0.5f);
        Tensor source = EncoderDecoderTests.Sources(), previous = Tensor.From(EncoderDecoderTests.Tokens(15, 2), new Shape(3, 5)),
            target = Tensor.From(EncoderDecoderTests.Tokens(15, 3), new Shape(3, 5));
        TrainingLoss loss = model.TrainingLoss(source, previous, target, ForwardContext.Inference);
        Assert.Equal(loss.Prediction.Loss.Item() + loss.Penalty!.Item(), loss.Total.Item(), 1e-5f);
        loss.Total.Backward();
        Assert.All(model.Parameters(), named => Assert.NotNull(named.Parameter.Gradient));
    }

    [Theory]
    [InlineData(HaltingKind.None, ExitClassifiers.Separate, true)]
    [InlineData(HaltingKind.Sequence, ExitClassifiers.Shared, true)]
    [InlineData(HaltingKind.Multinomial, ExitClassifiers.Tied, true)]
    [InlineData(HaltingKind.Geometric, ExitClassifiers.Separate, true)]
    [InlineData(HaltingKind.Geometric, ExitClassifiers.Separate, false)]
    public void TheFormulaCountsTheParameters(HaltingKind kind, ExitClassifiers classifiers, bool shared)
    {
        EncoderDecoderConfig config = Config(preNorm: false, classifiers, kind, 0);
        config.Exits!.HaltingShared = shared;
        Assert.Equal(new EncoderDecoderModel(config, new RandomSource(1)).ParameterCount, EncoderDecoderFormula.Parameters(config));
    }

    [Fact]
    public void WrongConfigurationsAreRefused()
    {
        Refused(new DepthConfig(), "classifiers is 'tied'");
        Refused(Separate() with { Omega = [1, 2] }, "exits.omega needs 4 values");
        Refused(Separate() with { Gamma = [1, 0, 1, 1] }, "exits.gamma needs 4 values");
        Refused(Separate() with { Paths = 2, Alpha = 1, Halting = HaltingKind.Geometric }, "exits.paths is 2");
        Refused(Separate() with { Paths = int.MaxValue }, "exits.paths is 2147483647, it must be at most");
        Refused(Separate() with { FixedExit = 2 }, "exits.fixed_exit is 2");
        Refused(Separate() with { Alpha = 1 }, "exits.alpha trains a classifier");
        Refused(Separate() with { Sigma = -1 }, "exits.sigma (-1)");
        Refused(Separate() with { Halting = HaltingKind.Fixed }, "exits: the fixed exit is layer 0");
        Refused(Separate() with { Thresholds = [0.5f, 0.5f] }, "thresholds [0.5, 0.5]");
        EncoderDecoderModel model = Build(preNorm: false, ExitClassifiers.Separate, HaltingKind.Geometric);
        EncoderOutput memory = model.Encode(EncoderDecoderTests.Sources(), ForwardContext.Inference);
        Assert.Throws<InputException>(() => model.CreateState(memory, 1, new ExitRule { Kind = HaltingKind.Multinomial }));
        EncoderDecoderModel plain = new(_small, new RandomSource(1));
        Assert.Throws<InputException>(() => plain.CreateState(plain.Encode(EncoderDecoderTests.Sources(), ForwardContext.Inference), 1,
            new ExitRule { Kind = HaltingKind.Confidence }));

        static DepthConfig Separate() => new() { Classifiers = ExitClassifiers.Separate };

        static void Refused(DepthConfig exits, string part) =>
            Assert.Contains(part, Assert.Throws<InputException>(() => (_small with { Exits = exits }).Validate("here")).Message,
                StringComparison.Ordinal);
    }

    private static EncoderDecoderModel Build(bool preNorm, ExitClassifiers classifiers, HaltingKind halting = HaltingKind.None,
        float alpha = 0) =>
        new(Config(preNorm, classifiers, halting, alpha), new RandomSource(3));

    private static EncoderDecoderConfig Config(bool preNorm, ExitClassifiers classifiers, HaltingKind halting, float alpha) => _small with
    {
        PreNorm = preNorm,
        Tie = classifiers == ExitClassifiers.Tied ? EmbeddingTie.Decoder : EmbeddingTie.None,
        Exits = new DepthConfig { Classifiers = classifiers, Halting = halting, Alpha = alpha },
    };

    // Of the first exit, whose states no earlier exit can change.
    private static float MedianConfidence(EncoderDecoderModel model, EncoderOutput memory, Tensor previous)
    {
        Tensor first = DepthModels.States(model, memory, previous)[0];
        float[] confidences = DepthModels.Scores(model, 0, first).Softmax().Max([-1]).ToArray();
        Array.Sort(confidences);
        return confidences[confidences.Length / 2];
    }

    private static int[] Exits(int count, ulong seed)
    {
        SplitMix64 random = new(seed);
        int[] exits = new int[count];
        for (int i = 0; i < count; i++)
        {
            exits[i] = 1 + (int)SplitMix64.Scale(random.Next(), Layers);
        }

        return exits;
    }

    // Each position's logits by the classifier of its exit, from the parallel forward with copied states.
    private static float[] Logits(EncoderDecoderModel model, EncoderOutput memory, Tensor previous, int[] exits)
    {
        using NoGradientScope _ = new();
        Tensor last = DepthModels.MixedStates(model, memory, previous, exits)[^1];
        float[][] byExit = [.. Enumerable.Range(0, Layers).Select(layer => DepthModels.Scores(model, layer, last).ToArray())];
        return [.. exits.SelectMany((exit, place) => byExit[exit - 1].AsSpan(place * Vocabulary, Vocabulary).ToArray())];
    }
}
