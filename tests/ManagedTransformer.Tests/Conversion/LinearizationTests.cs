using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Conversion;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden;
using ManagedTransformer.Tests.Linearizing;
using Xunit;

namespace ManagedTransformer.Tests.Conversion;

/// <summary>Rotary models whose softmax gives way to feature maps.</summary>
public sealed class LinearizationTests
{
    [Theory]
    [InlineData(LolcatsMap.Hedgehog, LolcatsWindow.Terraced, 2, 64)]
    [InlineData(LolcatsMap.T2r, LolcatsWindow.Standard, 4, 64)]
    [InlineData(LolcatsMap.Hedgehog, LolcatsWindow.None, 2, 0)]
    public void CopiesEverythingButMapsAndWindows(LolcatsMap map, LolcatsWindow window, int features, int size)
    {
        CausalLanguageModel source = RotaryModel.Network;
        LinearizationOptions options = new() { Map = map, Window = window, KeepSoftmax = LayerChoice.These(1) };
        ConvertedNetwork converted = Linearization.Convert(source, options);
        LolcatsConfig config = converted.Model.Config.Lolcats!;
        Assert.Equal((features, size, map == LolcatsMap.T2r), (config.FeatureSize, config.WindowSize, config.FeatureBias));
        Assert.Equal(0.1f, converted.Model.Config.AttentionDropout); // layer 1 has a softmax
        string[] parts =
        [
            "feature_query.weight", .. map == LolcatsMap.T2r ? ["feature_query.bias"] : Array.Empty<string>(),
            "feature_key.weight", .. map == LolcatsMap.T2r ? ["feature_key.bias"] : Array.Empty<string>(),
            .. window == LolcatsWindow.None ? [] : new[] { "window_factor" },
        ];
        Assert.Equal(new[] { 0, 2 }.SelectMany(layer => parts.Select(part => $"layers.{layer}.attn.{part}")), converted.NewTensors);
        Dictionary<string, float[]> now = Values(converted.Model);
        Assert.All(Values(source), value => Assert.Equal(value.Value, now[value.Key]));
        Assert.Equal(now.Count, Values(source).Count + converted.NewTensors.Count);
    }

    [Theory]
    [InlineData(LolcatsWindow.Standard)]
    [InlineData(LolcatsWindow.Terraced)]
    public void AWindowThatHoldsTheTextGivesTheSource(LolcatsWindow window)
    {
        CausalLanguageModel source = RotaryModel.Network;
        Tensor tokens = ConfigSpace.Tokens(2, 12, 256, 1);
        CausalLanguageModel linearized = Linearization.Convert(source, new() { Window = window, WindowSize = 12 }).Model;
        Assert.Equal(0, linearized.Config.AttentionDropout);
        ConfigSpace.Near(
            source.Forward(tokens, ForwardContext.Inference), linearized.Forward(tokens, ForwardContext.Inference), 1e-5f);
    }

    [Fact]
    public void T2RIsItsSpecialCase()
    {
        CausalLanguageModel source = RotaryModel.Network;
        ConvertedNetwork converted = T2R.Convert(source, new() { Seed = 5 }), other = T2R.Convert(source, new() { Seed = 6 });
        LolcatsConfig expected = new()
        {
            Map = LolcatsMap.T2r,
            FeatureSize = 32,
            FeatureBias = true,
            TieMaps = true,
            QueryScale = true,
            FeatureEps = 0,
            Denominator = LinearDenominator.Clamp,
            DenominatorEps = 0.01f,
        };
        Assert.Equal(expected, converted.Model.Config.Lolcats);
        Assert.Equal(6, converted.NewTensors.Count);
        float[] map = Values(converted.Model)["layers.0.attn.feature.weight"];
        Assert.All(map, value => Assert.InRange(value, -0.5f, 0.5f)); // 1 / sqrt(4)
        Assert.NotEqual(map, Values(other.Model)["layers.0.attn.feature.weight"]);
    }

    [Fact]
    public void OtherModelsAndMapsAreRefused()
    {
        LanguageModelConfig plain = new() { Vocab = 9, Dim = 8, Layers = 2, Heads = 2, Positions = PositionKind.Learned, MaxPositions = 8 };
        Require("Only rotary attention", () => Linearization.Convert(new(plain, new RandomSource(1))));
        Require("'lolcats'", () => Linearization.Convert(Linearization.Convert(RotaryModel.Network).Model));
        Require("not all", () => Linearization.Convert(RotaryModel.Network, new() { KeepSoftmax = LayerChoice.These(0, 1, 2) }));
        Require("window_size", () => Linearization.Convert(RotaryModel.Network, new() { Window = LolcatsWindow.None, WindowSize = 4 }));
        Require("learnt one alone", () => T2R.Convert(RotaryModel.Network, new() { Linear = new() }));
        Require("the layers 0 to 2", () => T2R.Convert(RotaryModel.Network, new() { SoftmaxLayers = [3] }));

        static void Require(string words, Action action) =>
            Assert.Contains(words, Assert.Throws<InputException>(action).Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, float[]> Values(CausalLanguageModel model) =>
        model.Parameters().ToDictionary(named => named.Name, named => named.Parameter.ToArray());
}
