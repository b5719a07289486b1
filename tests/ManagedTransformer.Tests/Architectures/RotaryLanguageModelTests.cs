using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Architectures.ProductKeyMemory;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Formulas;
using ManagedTransformer.Tests.Golden;
using Xunit;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>Models with the slots of the Llama family, alone and with others: counts, steps, gradients, refusals.</summary>
public sealed class RotaryLanguageModelTests
{
    private const int Vocab = 17, Rows = 2, Length = 11;

    private static readonly LanguageModelConfig _llama = new()
    {
        Vocab = Vocab,
        Dim = 12,
        Layers = 2,
        Heads = 4,
        Attention = AttentionKind.Rotary,
        Rotary = new RotaryConfig { KeyHeads = 2, HeadDim = 6 },
        Positions = PositionKind.None,
        GatedFfn = true,
        Ffn = 20,
        Activation = Activation.Silu,
        Norm = NormKind.Rms,
        Bias = false,
    };

    private static readonly Dictionary<string, LanguageModelConfig> _models = new()
    {
        ["grouped"] = _llama,
        ["one key head"] = With(new() { KeyHeads = 1, HeadDim = 2 }),
        ["all key heads"] = With(new() { HeadDim = 4, Theta = 500_000 }),
        ["one head"] = With(new()) with { Heads = 1, Layers = 1 },
        ["a window of one"] = With(new() { KeyHeads = 2, HeadDim = 4, Window = 1 }),
        ["a window"] = With(new() { KeyHeads = 2, HeadDim = 4, Window = 3 }),
        ["a window in one layer"] = With(new() { KeyHeads = 2, HeadDim = 4, Window = 4, FullLayers = [0] }),
        ["normed"] = With(new() { KeyHeads = 2, HeadDim = 6, QueryKeyNorm = true, Bias = AttentionBias.All }),
        ["biases"] = With(new() { KeyHeads = 2, HeadDim = 6, Bias = AttentionBias.Inputs }) with { FfnBias = true, Tie = false },
        ["scaled"] = With(new()
        {
            KeyHeads = 2,
            HeadDim = 6,
            Scaling = new()
            {
                Type = RotaryScalingKind.Llama3,
                Factor = 8,
                LowFreqFactor = 1,
                HighFreqFactor = 4,
                OriginalPositions = 16,
            },
        }),
        ["linear scaling"] = With(new() { HeadDim = 4, Scaling = new() { Type = RotaryScalingKind.Linear, Factor = 2.5 } }),
        ["plain feed-forward layers"] = _llama with { GatedFfn = false, Activation = Activation.Gelu },
        ["layer norms"] = _llama with { Norm = NormKind.Layer, Init = InitializationScheme.Gpt2 },
        ["post-norm"] = _llama with { PreNorm = false, Init = InitializationScheme.FanIn },
        ["rms and softmax attention"] = _llama with
        {
            Attention = AttentionKind.Softmax,
            Rotary = null,
            Positions = PositionKind.Half,
            MaxPositions = 64,
        },
        ["a memory"] = _llama with
        {
            MemoryPositions = ["0", "1+"],
            Memory = new ProductKeyMemoryConfig { Heads = 2, NKeys = 4, KeyDim = 4, TopK = 2, BatchNorm = false },
        },
        ["an adaptive vocabulary"] = _llama with { Adaptive = new() { Cutoffs = [5, 11], Div = 2 } },
    };

    public static TheoryData<string> Models => [.. _models.Keys];

    [Theory]
    [MemberData(nameof(Models))]
    public void HasAsManyParametersAsTheFormulaSays(string name) =>
        Assert.Equal(LanguageModelFormula.Parameters(_models[name]), _models[name].ParameterCount);

    [Theory]
    [MemberData(nameof(Models))]
    public void StepsGiveWhatTheWholeSequenceGives(string name)
    {
        CausalLanguageModel model = new(_models[name], new RandomSource(3));
        Tensor tokens = ConfigSpace.Tokens(Rows, Length, Vocab, 5);
        float[] expected = model.Forward(tokens, ForwardContext.Inference).ToArray();
        foreach (int[] pieces in (int[][])[[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [5, 1, 2, 3], [11]])
        {
            LanguageModelState state = model.CreateState(Rows);
            int place = 0;
            foreach (int piece in pieces)
            {
                float[] actual = model.Step(tokens.Slice(1, place, piece), state).ToArray();
                place += piece;
                for (int row = 0; row < Rows; row++)
                {
                    for (int i = 0; i < Vocab; i++)
                    {
                        Assert.Equal(expected[(((row * Length) + place - 1) * Vocab) + i], actual[(row * Vocab) + i], 2e-5f);
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void GradientsAreRight(string name)
    {
        CausalLanguageModel model = new(_models[name], new RandomSource(3));
        Tensor tokens = ConfigSpace.Tokens(Rows, Length, Vocab, 5), targets = ConfigSpace.Tokens(Rows, Length, Vocab, 6);
        ConfigSpace.CheckGradients(model, () => model.Loss(tokens, targets, ForwardContext.Inference).Loss);
    }

    [Fact]
    public void AWindowKeepsTheCacheSmall()
    {
        CausalLanguageModel model = new(With(new() { KeyHeads = 2, HeadDim = 4, Window = 5 }), new RandomSource(3));
        const int length = 700;
        Tensor tokens = ConfigSpace.Tokens(1, length, Vocab, 5);
        float[] expected = model.Forward(tokens, ForwardContext.Inference).Slice(1, length - 1, 1).ToArray();
        LanguageModelState state = model.CreateState();
        float[] actual = [];
        long most = 0;
        for (int place = 0; place < length; place++)
        {
            using StepScope scope = new();
            actual = model.Step(tokens.Slice(1, place, 1), state).ToArray();
            most = Math.Max(most, state.Bytes);
        }

        Assert.Equal(length, state.Length);
        Assert.True(most <= 2 * 2 * 8 * 128 * sizeof(float), $"{most} bytes");
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 2e-5f));
    }

    [Theory]
    [InlineData("together", "rotary")]
    [InlineData("positions", "'none'")]
    [InlineData("key heads", "must divide heads (4)")]
    [InlineData("odd", "must be even")]
    [InlineData("no head dim", "rotary.head_dim must be given")]
    [InlineData("theta", "rotary.theta is 0")]
    [InlineData("window", "rotary.window is -1")]
    [InlineData("full layers", "rotary.full_layers")]
    [InlineData("order", "must increase")]
    [InlineData("factor", "factor is 0.5")]
    [InlineData("linear", "has a factor only")]
    [InlineData("llama3", "low_freq_factor (4)")]
    [InlineData("gate", "gated_ffn")]
    [InlineData("exits", "model.exits")]
    public void WhatDoesNotFitIsRefused(string what, string part)
    {
        RotaryConfig rotary = _llama.Rotary!;
        LanguageModelConfig config = what switch
        {
            "together" => _llama with { Rotary = null },
            "positions" => _llama with { Positions = PositionKind.Learned },
            "key heads" => With(rotary with { KeyHeads = 3 }),
            "odd" => With(rotary with { HeadDim = 5 }),
            "no head dim" => With(new()) with { Dim = 10 },
            "theta" => With(rotary with { Theta = 0 }),
            "window" => With(rotary with { Window = -1 }),
            "full layers" => With(rotary with { FullLayers = [0] }),
            "order" => With(rotary with { Window = 3, FullLayers = [1, 0] }),
            "factor" => With(rotary with { Scaling = new() { Type = RotaryScalingKind.Linear, Factor = 0.5 } }),
            "linear" => With(rotary with { Scaling = new() { Type = RotaryScalingKind.Linear, Factor = 2, LowFreqFactor = 1 } }),
            "llama3" => With(rotary with
            {
                Scaling = new()
                {
                    Type = RotaryScalingKind.Llama3,
                    Factor = 2,
                    LowFreqFactor = 4,
                    HighFreqFactor = 4,
                    OriginalPositions = 9,
                },
            }),
            "gate" => _models["a memory"] with { Ffn = 0, MemoryPositions = ["0", "1"] },
            _ => _llama with { Exits = new() },
        };
        string message = Assert.Throws<InputException>(() => config.Validate("recipe.json")).Message;
        Assert.StartsWith("recipe.json", message, StringComparison.Ordinal);
        Assert.Contains(part, message, StringComparison.Ordinal);
    }

    private static LanguageModelConfig With(RotaryConfig rotary) => _llama with { Rotary = rotary };
}
