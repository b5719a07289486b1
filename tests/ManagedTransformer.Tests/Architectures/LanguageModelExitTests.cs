using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Slots;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Formulas;
using Xunit;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>Exits of language models: steps agree with the parallel forward of the same exits, rules, training, refusals.</summary>
public sealed class LanguageModelExitTests
{
    private const int Vocabulary = 13, Depth = 4;

    private static readonly LanguageModelConfig _small =
        new() { Vocab = Vocabulary, Dim = 8, Layers = Depth, Heads = 2, Ffn = 12, MaxPositions = 128, Exits = new DepthConfig() };

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void ForcedExitsGiveWhatTheWholeSequenceGives(bool preNorm, bool tie)
    {
        const int rows = 3, steps = 70, prompt = 4;
        CausalLanguageModel model = new(
            _small with
            {
                PreNorm = preNorm,
                Tie = tie,
                Exits = new DepthConfig { Classifiers = tie ? ExitClassifiers.Tied : ExitClassifiers.Shared },
            }, new RandomSource(3));
        int[] ids = EncoderDecoderTests.Tokens(rows * steps, 2),
            exits = [.. Enumerable.Range(0, rows * steps).Select(i => i % steps < prompt - 1 ? Depth : 1 + (i * 7 % 11 * i % Depth))];
        Tensor tokens = Tensor.From([.. ids.Select(id => id % Vocabulary)], new Shape(rows, steps));
        float[] expected = Mixed(model, tokens, exits);
        LanguageModelState state = model.CreateState(rows);
        for (int repeat = 0; repeat < 2; repeat++)
        {
            for (int step = prompt - 1; step < steps; step++)
            {
                using StepScope scope = new();
                int[] taken = [.. Enumerable.Range(0, rows).Select(row => exits[(row * steps) + step])];
                Tensor read = step == prompt - 1 ? tokens.Slice(1, 0, prompt) : tokens.Slice(1, step, 1);
                float[] actual = model.Step(read, state, taken).ToArray();
                Assert.Equal(taken, state.Exits.ToArray());
                for (int row = 0; row < rows; row++)
                {
                    EncoderDecoderTests.Near(
                        expected.AsSpan(((row * steps) + step) * Vocabulary, Vocabulary), actual.AsSpan(row * Vocabulary, Vocabulary),
                        $"step {step}, row {row}");
                }
            }

            state.Reset();
        }
    }

    [Fact]
    public void RulesChooseTheExits()
    {
        CausalLanguageModel model = new(_small with { Exits = new DepthConfig { Halting = HaltingKind.Geometric } }, new RandomSource(5));
        Assert.Equal(LanguageModelFormula.Parameters(model.Config), model.ParameterCount);
        Assert.All(Exits(new ExitRule { Kind = HaltingKind.Fixed, FixedExit = 2 }), exit => Assert.Equal(2, exit));
        Assert.All(Exits(new ExitRule { Kind = HaltingKind.Confidence, Thresholds = [0] }), exit => Assert.Equal(1, exit));
        Assert.All(Exits(new ExitRule { Kind = HaltingKind.Confidence, Thresholds = [1] }), exit => Assert.Equal(Depth, exit));
        Assert.All(Exits(new ExitRule { Kind = HaltingKind.Geometric, Thresholds = [0] }), exit => Assert.Equal(1, exit));
        Assert.All(Exits(new ExitRule()), exit => Assert.Equal(Depth, exit));
        Assert.Equal(Depth, Exits(new ExitRule { Kind = HaltingKind.Uniform }).Distinct().Count());
        Assert.Throws<InputException>(() => model.CreateState(depth: new ExitRule { Kind = HaltingKind.Multinomial }));

        List<int> Exits(ExitRule rule)
        {
            List<int> exits = [];
            GenerationOptions options = new() { MaxTokens = 60, Exits = rule, ExitObserver = exits.Add };
            int written = TextGenerator.Generate(model, [1, 2, 3], options, Vocabulary).Count();
            Assert.Equal((60, 60), (written, exits.Count));
            return exits;
        }
    }

    [Fact]
    public void TrainingWeighsAllExits()
    {
        float[] omega = [1, 2, 0, 1];
        CausalLanguageModel model = new(
            _small with
            {
                Exits = new DepthConfig
                {
                    Omega = omega,
                    Halting = HaltingKind.Geometric,
                    Alpha = 0.5f,
                    Oracle = ExitOracleKind.Correctness,
                    Lambda = 0.1f,
                },
            }, new RandomSource(7));
        Tensor tokens = Tensor.From([1, 2, 3, 4, 5, 6], new Shape(2, 3)), targets = Tensor.From([2, 3, 4, 5, 6, 7], new Shape(2, 3));
        TrainingLoss loss = model.TrainingLoss(tokens, targets, ForwardContext.Inference);
        ForwardContext context = ForwardContext.Inference;
        double expected = ExitStates.Of(model.Stack, model.Embedding.Forward(tokens, context), model.Block(tokens, context), context)
            .Select(state => model.Output.Loss(ExitStates.Normed(model.Stack, state), targets).Loss.Item())
            .Select((loss, layer) => omega[layer] / 4 * loss).Sum();
        Assert.Equal(expected, loss.Prediction.Loss.Item(), 1e-5);
        Assert.True(loss.Penalty!.Item() > 0);
        Assert.Equal(loss.Prediction.Loss.Item() + loss.Penalty.Item(), loss.Total.Item(), 1e-5);
        loss.Total.Backward();
        Assert.All(model.Parameters().Where(named => named.Name.StartsWith("halting", StringComparison.Ordinal)),
            named => Assert.Contains(named.Parameter.Gradient!.ToArray(), value => value != 0));
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        Refused(_small with { Tie = false }, "classifiers");
        Refused(_small with { Exits = new DepthConfig { Halting = HaltingKind.Sequence } }, "sequence");
        Refused(_small with { Exits = new DepthConfig { Paths = 2 } }, "paths");
        Refused(_small with { Attention = AttentionKind.Linear, Linear = new LinearAttentionConfig { FeatureSize = 8 } }, "softmax");
        Assert.Contains("no exits", Assert.Throws<InputException>(() =>
            new CausalLanguageModel(_small with { Exits = null }, new RandomSource(1))
                .CreateState(depth: new ExitRule { Kind = HaltingKind.Confidence })).Message, StringComparison.Ordinal);

        // Exits make keys and values of skipped layers, which an attention of one's own need not have.
        Assert.Contains("model.exits", Assert.Throws<InputException>(() =>
            new CausalLanguageModel(_small, new RandomSource(1), SoftmaxSlot.Instance)).Message, StringComparison.Ordinal);

        // It would be left unused beside the configuration's.
        LanguageModelConfig configured = _small with
        {
            Exits = null,
            Attention = AttentionKind.Linear,
            Linear = new LinearAttentionConfig(),
        };
        Assert.Contains("it is 'linear'", Assert.Throws<InputException>(() =>
            new CausalLanguageModel(configured, new RandomSource(1), SoftmaxSlot.Instance)).Message, StringComparison.Ordinal);

        static void Refused(LanguageModelConfig config, string mention) =>
            Assert.Contains(mention, Assert.Throws<InputException>(() => config.Validate("here")).Message, StringComparison.Ordinal);
    }

    // Every layer runs on all positions; where a token has left before it, the state stays.
    private static float[] Mixed(CausalLanguageModel model, Tensor tokens, int[] exits)
    {
        using NoGradientScope _ = new();
        Tensor places = Tensor.From([.. exits.Select(exit => (float)exit)], new Shape(tokens.Shape[0], tokens.Shape[1], 1)),
            x = model.Embedding.Forward(tokens, ForwardContext.Inference, 0);
        for (int layer = 0; layer < Depth; layer++)
        {
            Tensor after = model.Layers[layer].Forward(x, new AttentionMask(Causal: true), ForwardContext.Inference);
            x = places.GreaterOrEqualTo(Tensor.Scalar(layer + 1)).Select(after, x);
        }

        return model.Output.Scores(ExitStates.Normed(model.Stack, x)).ToArray();
    }
}
