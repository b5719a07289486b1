using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Data;
using Xunit;

namespace ManagedTransformer.Tests.Generation;

/// <summary>Generation with weights rounded to BFloat16, and what a step of generation allocates.</summary>
public sealed class RoundedWeightsTests
{
    private const int Vocabulary = 50, Prompt = 20;

    private static readonly LanguageModelConfig _plain =
        new() { Vocab = Vocabulary, Dim = 32, Layers = 2, Heads = 2, MaxPositions = 300, Init = InitializationScheme.Gpt2 };

    private static readonly LanguageModelConfig _span = _plain with
    {
        Attention = AttentionKind.AdaptiveSpan,
        Span = new() { Limit = 90, Ramp = 5 },
        Positions = PositionKind.Relative,
        PreNorm = false,
        Bias = false,
    };

    private static readonly LanguageModelConfig _llama = _plain with
    {
        Attention = AttentionKind.Rotary,
        Positions = PositionKind.None,
        Rotary = new() { KeyHeads = 1 },
        GatedFfn = true,
        Norm = NormKind.Rms,
        Bias = false,
    };

    private static readonly LanguageModelConfig _linearized = _llama with
    {
        Attention = AttentionKind.Lolcats,
        Lolcats = new() { FeatureSize = 8, Window = LolcatsWindow.Terraced, WindowSize = 4 },
    };

    private static readonly Dictionary<string, LanguageModelConfig> _models = new()
    {
        ["plain"] = _plain,
        ["post-norm, untied"] = _plain with { PreNorm = false, Tie = false, OutputBias = true },
        ["adaptive spans"] = _span,
        ["dynamic spans"] = _span with { Attention = AttentionKind.DynamicSpan },
        ["all-attention"] = _span with { Persistent = 8, Ffn = 0 },
        ["memory"] = _plain with { MemoryPositions = ["1"], Memory = new() { Heads = 2, NKeys = 8, KeyDim = 8, TopK = 4 } },
        ["linear, elu"] = _plain with { Attention = AttentionKind.Linear, Linear = new() { Map = FeatureMapKind.Elu1 } },
        ["linear, rfa, decay"] = _plain with
        {
            Attention = AttentionKind.Linear,
            Linear = new() { Map = FeatureMapKind.RfaSincos, Gate = LinearGateKind.Decay, Reparam = true },
        },
        ["linear, rfa, arccos"] = _plain with
        {
            Attention = AttentionKind.Linear,
            Linear = new() { Map = FeatureMapKind.RfaArccos, Gate = LinearGateKind.Input },
        },
        ["linear, favor"] = _plain with { Attention = AttentionKind.Linear, Linear = new() { Map = FeatureMapKind.FavorExp } },
        ["linear, favor, hyperbolic"] = _plain with { Attention = AttentionKind.Linear, Linear = new() { Map = FeatureMapKind.FavorHyp } },
        ["linear, one softmax"] = _plain with
        {
            Attention = AttentionKind.Linear,
            Linear = new() { Map = FeatureMapKind.Relu },
            SoftmaxLayers = [1],
        },
        ["linear, t2r"] = _plain with
        {
            Attention = AttentionKind.Linear,
            Linear = new() { Map = FeatureMapKind.Learned, Activation = FeatureActivation.Relu },
        },
        ["linear, t2r, normalised"] = _plain with
        {
            Attention = AttentionKind.Linear,
            Linear = new() { Map = FeatureMapKind.Learned, Normalize = true, Reparam = true },
        },
        ["delight"] = _plain with
        {
            Init = InitializationScheme.Xavier,
            Heads = 1,
            Ffn = 8,
            Delight = new() { MinDepth = 4, MaxDepth = 4, MapDim = 16 },
            Positions = PositionKind.Half,
        },
        ["depth-adaptive"] = _plain with { Layers = 3, Exits = new() { Thresholds = [0.02f, 0.02f], Halting = HaltingKind.Confidence } },
        ["depth-adaptive, geometric"] = _plain with
        {
            Layers = 3,
            Exits = new() { Thresholds = [0.5f, 0.5f], Halting = HaltingKind.Geometric },
        },
        ["llama"] = _llama,
        ["llama, window"] = _llama with { Rotary = new() { Window = 8 } },
        ["lolcats, terraced"] = _linearized,
        ["lolcats, standard"] = _linearized with
        {
            Lolcats = new() { FeatureSize = 8, Window = LolcatsWindow.Standard, WindowSize = 6, Map = LolcatsMap.T2r },
        },
        ["lolcats, no window"] = _linearized with { Lolcats = new() { FeatureSize = 8, TieMaps = true } },
        ["adaptive softmax"] = _plain with { Positions = PositionKind.None, Adaptive = new() { Cutoffs = [10, 25], Div = 2 } },
    };

    private static readonly DType[] _types = [DType.BFloat16, DType.Int8, DType.Int4];

    public static TheoryData<string> Names => [.. _models.Keys];

    public static TheoryData<string, DType> Rounded
    {
        get
        {
            TheoryData<string, DType> cases = [];
            foreach (string name in _models.Keys)
            {
                foreach (DType type in _types)
                {
                    cases.Add(name, type);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Rounded))]
    public void ScoresAreThoseOfAModelOfTheRoundedNumbers(string name, DType type)
    {
        CausalLanguageModel rounded = new(_models[name], new RandomSource(3)), reference = new(_models[name], new RandomSource(3));
        rounded.RoundWeights(type);
        foreach ((NamedParameter exact, NamedParameter half) in reference.Parameters().Zip(rounded.Parameters()))
        {
            exact.Parameter.CopyFrom(half.Parameter.ToArray());
        }

        Assert.True(rounded.Parameters().Count(named => named.Parameter.DType == type) > 8);
        LanguageModelState first = rounded.CreateState(), second = reference.CreateState();
        int place = 0;
        foreach (int block in new[] { Prompt, 1, 3, 1 })
        {
            using StepScope scope = new();
            Tensor tokens = Tensor.From([.. Enumerable.Range(place, block).Select(i => i * 7 % Vocabulary)], new Shape(1, block));
            float[] expected = reference.Step(tokens, second).ToArray(), actual = rounded.Step(tokens, first).ToArray();
            for (int i = 0; i < Vocabulary; i++)
            {
                Assert.True(Math.Abs(expected[i] - actual[i]) <= 2e-6 * (1 + Math.Abs(expected[i])),
                    $"{name}, token {i} at {place}: {actual[i]} instead of {expected[i]}");
            }

            place += block;
        }
    }

    [Theory]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Int8)]
    [InlineData(DType.Int4)]
    public void RoundedWeightsAreNotTrained(DType type)
    {
        CausalLanguageModel model = new(_plain, new RandomSource(1));
        model.RoundWeights(type);
        Tensor tokens = Tensor.From([1, 2, 3, 4], new Shape(1, 4));
        Assert.True(model.Parameters().Where(named => named.Parameter.DType == type)
            .All(named => !named.Parameter.RequiresGradient));
        Assert.Contains("inference",
            Assert.Throws<InvalidOperationException>(() => model.Loss(tokens, tokens, ForwardContext.Inference)).Message,
            StringComparison.Ordinal);
        Assert.Contains("embed.weight", Assert.Throws<ArgumentException>(() => new Sgd([new ParameterGroup(model.Parameters())])).Message,
            StringComparison.Ordinal);
        using NoGradientScope _ = new();
        Assert.True(float.IsFinite(model.Loss(tokens, tokens, ForwardContext.Inference).Loss.Item()));
    }

    [Theory]
    [MemberData(nameof(Rounded))]
    public void RoundedWeightsAreSavedAndLoadedAsTheyAre(string name, DType type)
    {
        using var folder = new TemporaryFolder();
        string file = folder["model.safetensors"];
        CausalLanguageModel rounded = new(_models[name], new RandomSource(3)), loaded = new(_models[name], new RandomSource(4));
        rounded.RoundWeights(type);
        ModuleWeights.Save(rounded, file);
        using WeightScope? scope = type == DType.BFloat16 ? new WeightScope(type) : null;
        ModuleWeights.Load(loaded, file);
        foreach ((NamedParameter half, NamedParameter whole) in rounded.Parameters().Zip(loaded.Parameters()))
        {
            Assert.Equal(half.Parameter.DType, whole.Parameter.DType);
            Assert.Equal(half.Parameter.ToArray(), whole.Parameter.ToArray());
        }

        using WeightScope floats = new(DType.Float32);
        CausalLanguageModel exact = new(_models[name], new RandomSource(5));
        ModuleWeights.Load(exact, file);
        foreach ((NamedParameter half, NamedParameter whole) in rounded.Parameters().Zip(exact.Parameters()))
        {
            Assert.Equal(DType.Float32, whole.Parameter.DType);
            Assert.Equal(half.Parameter.ToArray(), whole.Parameter.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ATokenAllocatesNothing(string name)
    {
        foreach (DType type in (DType[])[DType.Float32, .. _types])
        {
            CausalLanguageModel model = new(_models[name], new RandomSource(3));
            model.RoundWeights(type);

            using IEnumerator<int> tokens = TextGenerator.Generate(
                model, [.. Enumerable.Range(0, Prompt)],
                new GenerationOptions { MaxTokens = 60, Temperature = 0.9f, TopK = 20, TopP = 0.95f }, Vocabulary).GetEnumerator();
            for (int i = 0; i < 15; i++)
            {
                Assert.True(tokens.MoveNext());
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10; i++)
            {
                tokens.MoveNext();
            }

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }
}
