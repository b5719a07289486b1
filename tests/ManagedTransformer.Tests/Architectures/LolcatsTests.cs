using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden;
using Xunit;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>Language models whose rotary attention is linearised, with all their options: counts, steps, gradients, refusals.</summary>
public sealed class LolcatsTests
{
    private const int Vocab = 17, Rows = 2, Length = 13;

    private static readonly LolcatsConfig _standard = new() { FeatureSize = 3, Window = LolcatsWindow.Standard, WindowSize = 3 };
    private static readonly LolcatsConfig _terraced = _standard with { Window = LolcatsWindow.Terraced };

    private static readonly Dictionary<string, LanguageModelConfig> _models = new()
    {
        ["pure"] = With(new() { FeatureSize = 3 }),
        ["pure, clamped"] = With(new()
        {
            Map = LolcatsMap.T2r,
            FeatureSize = 5,
            FeatureBias = true,
            TieMaps = true,
            QueryScale = true,
            FeatureEps = 0,
            Denominator = LinearDenominator.Clamp,
            DenominatorEps = 0.01f,
        }),
        ["standard"] = With(_standard),
        ["a window of one"] = With(_standard with { WindowSize = 1 }),
        ["a window as long as the text"] = With(_standard with { WindowSize = Length }),
        ["terraced"] = With(_terraced),
        ["terraces of one"] = With(_terraced with { WindowSize = 1 }),
        ["a terrace as long as the text"] = With(_terraced with { WindowSize = Length }),
        ["affine"] = With(_terraced with { AffineFactors = true }),
        ["t2r"] = With(_standard with { Map = LolcatsMap.T2r, FeatureSize = 7, FeatureBias = true, FeatureEps = 0.01f }),
        ["tied, biased, scaled"] = With(_standard with { TieMaps = true, FeatureBias = true, QueryScale = true }),
        ["one feature"] = With(_terraced with { FeatureSize = 1 }),
        ["a layer is kept"] = With(_standard) with { SoftmaxLayers = [1], AttentionDropout = 0.1f },
        ["one head"] = With(_terraced) with { Heads = 1, Layers = 1, Rotary = new() },
        ["one key head"] = With(_terraced) with { Rotary = new() { KeyHeads = 1, HeadDim = 2 } },
        ["all key heads"] = With(_standard) with { Rotary = new() { HeadDim = 4, QueryKeyNorm = true, Bias = AttentionBias.All } },
        ["a sliding window before"] = With(_standard) with { Rotary = new() { KeyHeads = 2, HeadDim = 4, Window = 2, FullLayers = [0] } },
    };

    public static TheoryData<string> Models => [.. _models.Keys];

    [Theory]
    [InlineData(LolcatsMap.Hedgehog)]
    [InlineData(LolcatsMap.T2r)]
    public void FeaturesBeyondTheHeadsWidthAreTrainedAndDiffer(LolcatsMap map)
    {
        const int width = 4, size = 11;
        LolcatsFeatures features = new(new LolcatsConfig { Map = map, FeatureSize = size, FeatureBias = map == LolcatsMap.T2r }, 2, width);
        Tensor x = Tensor.Normal(new Shape(3, 5, 2, width), 0, 1, new RandomKey(1, 2));
        Tensor mapped = features.Map(x), weight = Tensor.Normal(mapped.Shape, 0, 1, new RandomKey(1, 3));
        (mapped * weight).Sum().Backward();
        string[] Rows(Tensor tensor) =>
            [.. tensor.ToArray().Chunk(width).Take(size).Select(row => string.Join(' ', row.Select(value => MathF.Round(value, 4))))];

        Assert.Equal(size, Rows(features.Weight).Distinct().Count());
        Assert.Equal(size, Rows(features.Weight.Gradient!).Distinct().Count());
        Assert.DoesNotContain(string.Join(' ', new float[width]), Rows(features.Weight.Gradient!));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void HasAsManyParametersAsTheFormulaSays(string name)
    {
        LanguageModelConfig config = _models[name];
        LolcatsConfig lolcats = config.Lolcats!;
        LanguageModelConfig softmax = config with { Attention = AttentionKind.Rotary, Lolcats = null, SoftmaxLayers = null };
        int width = config.Rotary!.HeadWidth(config.Dim, config.Heads), maps = lolcats.TieMaps ? 1 : 2;
        long head = (maps * lolcats.FeatureSize * (width + (lolcats.FeatureBias ? 1 : 0)))
            + (lolcats.Window == LolcatsWindow.None ? 0 : 1);
        int layers = config.Layers - (config.SoftmaxLayers?.Count ?? 0);
        Assert.Equal(softmax.ParameterCount + (layers * config.Heads * head), config.ParameterCount);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void StepsGiveWhatTheWholeSequenceGives(string name)
    {
        CausalLanguageModel model = Moved(_models[name]);
        Tensor tokens = ConfigSpace.Tokens(Rows, Length, Vocab, 5);
        Tensor whole = model.Forward(tokens, ForwardContext.Inference);
        foreach (int[] pieces in (int[][])[[.. Enumerable.Repeat(1, Length)], [5, 1, 2, 3, 2], [1, 4, 8], [Length]])
        {
            LanguageModelState state = model.CreateState(Rows);
            int place = 0;
            foreach (int piece in pieces)
            {
                Tensor scores = model.Step(tokens.Slice(1, place, piece), state);
                place += piece;
                ConfigSpace.Near(whole.Slice(1, place - 1, 1).Reshape(scores.Shape), scores, 1e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void GradientsAreRight(string name)
    {
        CausalLanguageModel model = new(_models[name], new RandomSource(3));
        Tensor tokens = ConfigSpace.Tokens(Rows, Length, Vocab, 5), targets = ConfigSpace.Tokens(Rows, Length, Vocab, 6);
        ConfigSpace.CheckGradients(model, () => model.TrainingLoss(tokens, targets, ForwardContext.Inference).Total);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void ALaterTokenChangesNothingBefore(string name)
    {
        const int changed = 6;
        CausalLanguageModel model = Moved(_models[name]);
        int[] ids = ConfigSpace.Tokens(1, Length, Vocab, 5).ToInt32Array();
        Tensor before = model.Forward(Tensor.From(ids, new Shape(1, Length)), ForwardContext.Inference);
        ids[changed] = (ids[changed] + 1) % Vocab;
        Tensor after = model.Forward(Tensor.From(ids, new Shape(1, Length)), ForwardContext.Inference);
        ConfigSpace.Near(before.Slice(1, 0, changed), after.Slice(1, 0, changed), 1e-6);
        Assert.NotEqual(before.Slice(1, changed, 1).ToArray(), after.Slice(1, changed, 1).ToArray());
    }

    [Theory]
    [InlineData("pure", 0)]
    [InlineData("standard", 2 * 3 * 2 * 6)]
    [InlineData("terraced", 4 * 3 * 2 * 6)]
    public void TheStateHasOneSizeForTextsOfAnyLength(string name, int window)
    {
        CausalLanguageModel model = Moved(_models[name]);
        LanguageModelState state = model.CreateState(Rows);
        long bytes = sizeof(float) * Rows * model.Config.Layers * ((4 * 6 * 7) + window);
        Tensor one = ConfigSpace.Tokens(Rows, 1, Vocab, 5), many = ConfigSpace.Tokens(Rows, 150, Vocab, 8);
        Assert.Equal(bytes, state.Bytes);
        Tensor first = model.Step(one, state);
        model.Step(many, state);
        Assert.Equal(bytes, state.Bytes);
        ConfigSpace.Near(
            model.Forward(TensorOperators.Concat(1, one, many), ForwardContext.Inference).Slice(1, 150, 1).Reshape(first.Shape),
            model.Step(many, Read(model, one)), 1e-5);
        state.Reset();
        ConfigSpace.Near(first, model.Step(one, state), 0);
        Assert.True(state.TryPretend(70_001, 70_100));
        Assert.Equal(bytes, state.Bytes);
        Assert.All(model.Step(one, state).ToArray(), score => Assert.True(float.IsFinite(score)));
        Assert.Equal(bytes, state.Bytes);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void RowsOfAStateAreReordered(string name)
    {
        CausalLanguageModel model = Moved(_models[name]);
        Tensor read = ConfigSpace.Tokens(3, 8, Vocab, 5), next = ConfigSpace.Tokens(2, 4, Vocab, 9);
        int[] ids = read.ToInt32Array();
        LanguageModelState state = Read(model, read), expected = Read(model, Tensor.From([.. ids[16..], .. ids[..8]], new Shape(2, 8)));
        foreach (LayerState layer in state.Layers)
        {
            layer.Reorder([2, 0], 0);
        }

        LanguageModelState reordered = new(state.Layers, 2, int.MaxValue, null);
        for (int t = 0; t < 4; t++)
        {
            ConfigSpace.Near(model.Step(next.Slice(1, t, 1), expected), model.Step(next.Slice(1, t, 1), reordered), 1e-6);
        }

        state.Reset();
        ConfigSpace.Near(model.Step(read, model.CreateState(3)), model.Step(read, state), 1e-6);
    }

    [Theory]
    [InlineData(LolcatsWindow.Standard)]
    [InlineData(LolcatsWindow.Terraced)]
    public void AWindowThatHoldsAllIsSoftmaxAttention(LolcatsWindow window)
    {
        LanguageModelConfig config = With(_standard with { Window = window, WindowSize = Length });
        CausalLanguageModel model = Moved(config), softmax =
            new(config with { Attention = AttentionKind.Rotary, Lolcats = null }, new RandomSource(1));
        Dictionary<string, Parameter> weights = model.Parameters().ToDictionary(named => named.Name, named => named.Parameter);
        foreach (NamedParameter named in softmax.Parameters())
        {
            named.Parameter.Assign(weights[named.Name]);
        }

        Tensor tokens = ConfigSpace.Tokens(Rows, Length, Vocab, 5);
        ConfigSpace.Near(
            softmax.Forward(tokens, ForwardContext.Inference), model.Forward(tokens, ForwardContext.Inference), 1e-5);
    }

    [Fact]
    public void MapsBeginAsTheIdentityAndWindowsWithATenth()
    {
        LinearizedSelfAttention attention =
            (LinearizedSelfAttention)new CausalLanguageModel(With(_standard), new RandomSource(3)).Layers[0].Attention;
        float[] query = attention.Hybrid.FeatureQuery.Weight.ToArray(), key = attention.Hybrid.FeatureKey.Weight.ToArray();
        Assert.Equal(query, key);
        Assert.Equal(4 * 3, query.Count(weight => weight == 1));
        Assert.Equal(4 * 3, query.Sum());
        Assert.All(
            attention.Hybrid.WindowFactor!.Sigmoid().ToArray(), gamma => Assert.Equal(0.1f, gamma, 1e-5f));
    }

    [Theory]
    [InlineData("together", "model.lolcats")]
    [InlineData("no rotary", "model.rotary")]
    [InlineData("all kept", "model.softmax_layers names every layer")]
    [InlineData("kept", "model.softmax_layers [2]")]
    [InlineData("dropout", "model.attention_dropout")]
    [InlineData("size", "lolcats.feature_size is 0")]
    [InlineData("eps", "lolcats.feature_eps is -1")]
    [InlineData("infinite", "lolcats.denominator_eps")]
    [InlineData("abs", "lolcats.denominator must be 'add' or 'clamp'")]
    [InlineData("no window", "lolcats.window_size is 4, it must be 0")]
    [InlineData("no size", "lolcats.window_size is 0, it must be from 1")]
    [InlineData("affine", "lolcats.affine_factors needs")]
    [InlineData("denominator", "lolcats.denominator and denominator_eps")]
    [InlineData("exits", "model.exits")]
    public void WhatDoesNotFitIsRefused(string what, string part)
    {
        LanguageModelConfig model = _models["standard"];
        LanguageModelConfig config = what switch
        {
            "together" => model with { Lolcats = null },
            "no rotary" => model with { Rotary = null },
            "all kept" => model with { SoftmaxLayers = [0, 1] },
            "kept" => model with { SoftmaxLayers = [2] },
            "dropout" => model with { AttentionDropout = 0.1f },
            "size" => With(new() { FeatureSize = 0 }),
            "eps" => With(new() { FeatureEps = -1 }),
            "infinite" => With(new() { DenominatorEps = float.PositiveInfinity }),
            "abs" => With(new() { Denominator = LinearDenominator.AbsClamp }),
            "no window" => With(new() { WindowSize = 4 }),
            "no size" => With(new() { Window = LolcatsWindow.Terraced }),
            "affine" => With(new() { AffineFactors = true }),
            "denominator" => With(_standard with { Denominator = LinearDenominator.Clamp }),
            _ => model with { Exits = new() },
        };
        string message = Assert.Throws<InputException>(() => config.Validate("recipe.json")).Message;
        Assert.StartsWith("recipe.json", message, StringComparison.Ordinal);
        Assert.Contains(part, message, StringComparison.Ordinal);
    }

    private static LanguageModelConfig With(LolcatsConfig lolcats) => new()
    {
        Vocab = Vocab,
        Dim = 12,
        Layers = 2,
        Heads = 4,
        Attention = AttentionKind.Lolcats,
        Rotary = new RotaryConfig { KeyHeads = 2, HeadDim = 6 },
        Lolcats = lolcats,
        Positions = PositionKind.None,
        GatedFfn = true,
        Ffn = 20,
        Activation = Activation.Silu,
        Norm = NormKind.Rms,
        Bias = false,
    };

    // Maps that are no identities any more.
    private static CausalLanguageModel Moved(LanguageModelConfig config)
    {
        CausalLanguageModel model = new(config, new RandomSource(3));
        RandomSource random = new(7);
        foreach (NamedParameter named in model.Parameters())
        {
            named.Parameter.Assign(named.Parameter + Tensor.Normal(named.Parameter.Shape, 0.1f, 0.3f, random.NextKey()));
        }

        return model;
    }

    private static LanguageModelState Read(CausalLanguageModel model, Tensor tokens)
    {
        LanguageModelState state = model.CreateState(tokens.Shape[0]);
        model.Step(tokens, state);
        return state;
    }
}
